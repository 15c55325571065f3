"""A Hub on this machine: as much of its protocol as the real client speaks when it pushes a Space."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.conftest import listen

TOKEN = "hf_a_token_that_nobody_may_see"


@dataclass
class Space:
    """A repository: its files, and a hash that changes with each commit."""

    files: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0

    @property
    def sha(self) -> str:
        return hashlib.sha1(str(self.commits).encode()).hexdigest()


@dataclass
class Hub:
    """What the server knows, and how it shall misbehave.

    Attributes:
        address: without a slash at the end.
        spaces: by USER/NAME.
        large: large files by their SHA-256.
        hangs_up_before, hangs_up_after: close the connection instead of answering a commit that was not, or was, done.
    """

    address: str = ""
    spaces: dict[str, Space] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    hangs_up_before: bool = False
    hangs_up_after: bool = False

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Return status and JSON."""
        parts = path.strip("/").split("/")
        if path == "/api/repos/create":
            wanted = json.loads(body)
            name = f"{wanted['organization']}/{wanted['name']}"
            status = 409 if name in self.spaces else 200
            self.spaces.setdefault(name, Space())
            return status, {"url": f"{self.address}/spaces/{name}"}
        if path == "/api/validate-yaml":
            return 200, {"errors": [], "warnings": []}
        if parts[0] == "large":
            self.large[parts[1]] = body
            return 200, {}
        if path.endswith(".git/info/lfs/objects/batch"):
            wanted = json.loads(body)["objects"]
            return 200, {"transfer": "basic", "objects": [self.where_to_send(item) for item in wanted]}
        name = "/".join(parts[2:4])
        if parts[:2] != ["api", "spaces"] or name not in self.spaces:
            return 404, {"error": "Repository not found"}
        space = self.spaces[name]
        match parts[4:]:
            case [] | ["revision", _]:
                siblings = [{"rfilename": file} for file in space.files]
                return 200, {"id": name, "sha": space.sha, "private": False, "tags": [], "siblings": siblings}
            case ["tree", _]:
                return 200, [
                    {"type": "file", "path": file, "oid": git_hash(content), "size": len(content)}
                    for file, content in space.files.items()
                ]
            case ["preupload", _]:
                return 200, {"files": [self.how_to_send(space, file["path"]) for file in json.loads(body)["files"]]}
            case ["commit", _]:
                self.commit(space, [json.loads(line) for line in body.splitlines()])
                return 200, {"commitUrl": f"{self.address}/spaces/{name}/commit/{space.sha}", "commitOid": space.sha}
        return 404, {"error": f"{method} {path}: not known here"}

    def where_to_send(self, item: dict) -> dict:
        upload = {"actions": {"upload": {"href": f"{self.address}/large/{item['oid']}"}}}
        return {"oid": item["oid"], "size": item["size"]} | ({} if item["oid"] in self.large else upload)

    def how_to_send(self, space: Space, file: str) -> dict:
        is_large, there = file.endswith(".safetensors"), space.files.get(file)
        digest = hashlib.sha256(there or b"").hexdigest() if is_large else git_hash(there or b"")
        oid = None if there is None else digest
        return {"path": file, "uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False, "oid": oid}

    def commit(self, space: Space, lines: list[dict]) -> None:
        for line in lines:
            value = line["value"]
            match line["key"]:
                case "file":
                    space.files[value["path"]] = base64.b64decode(value["content"])
                case "lfsFile":
                    space.files[value["path"]] = self.large[value["oid"]]
                case "deletedFile":
                    del space.files[value["path"]]
        space.commits += 1


def git_hash(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def open_hub() -> Iterator[Hub]:
    """Serve a Hub that knows one token."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            is_commit = "/commit/" in path
            length = int(self.headers.get("Content-Length", 0))
            if is_commit and hub.hangs_up_before:
                self.rfile.read(length // 2)
                self.close_connection = True
                return
            body = self.rfile.read(length)
            if not path.startswith("/large/") and self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, answer = 401, {"error": "Invalid username or password."}
            else:
                status, answer = hub.answer(self.command, path, body)
            if is_commit and hub.hangs_up_after:
                self.close_connection = True
                return
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_GET

        def log_message(self, *args: object) -> None:
            """Say nothing: pytest's output is for pytest."""

    with listen(Handler) as address:
        hub.address = address.rstrip("/")
        yield hub
