"""``python -m solutions push``: the real client of the Hub, against a Hub on this machine."""

import base64
import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from solutions import data
from solutions.deploy import push as pushing  # before anything else imports the Hub's client: it sets how that uploads
from solutions.errors import WorkFailed, WrongUse
from tests.commands import run, succeeded
from tests.conftest import listen
from tests.solutions.conftest import cli, error_of

# The client's own way to upload a large file.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")

FILES = {"index.html": b"<p>", "model.safetensors": bytes(1000), "demo.css": b""}
NAME = "ada/garments"
TOKEN = "hf_a_token_that_nobody_may_see"


# --- the Hub: as much of its protocol as the real client speaks when it pushes a Space


@dataclass
class Space:
    """A repository: its files, and a hash that changes with each commit."""

    files: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0

    @property
    def sha(self) -> str:
        return hashlib.sha1(str(self.commits).encode()).hexdigest()


@dataclass
class SpacesHub:
    """The server: its address, without a slash at the end, Spaces by USER/NAME, and large files by their SHA-256.

    It can hang up instead of answering a commit, before or after that is done.
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
            for item in wanted:
                item["actions"] = {"upload": {"href": f"{self.address}/large/{item['oid']}"}}
            return 200, {"transfer": "basic", "objects": wanted}
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


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SpacesHub]:
    """A Hub that knows one token, and nobody's own settings."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)  # whoever imported the client first
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    hub = SpacesHub()

    class HubHandler(BaseHTTPRequestHandler):
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
            """Print nothing."""

    with listen(HubHandler) as address:
        hub.address = address.rstrip("/")
        yield hub


# --- the client


def push(hub: SpacesHub, files: dict[str, bytes] = FILES, token: str | bool = TOKEN) -> bool:
    return pushing.push(pushing.HfApi(hub.address, token=token), files, NAME)


def failure(expected: type[Exception], hub: SpacesHub, token: str | bool = TOKEN) -> str:
    with pytest.raises(expected) as caught:
        push(hub, token=token)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def test_the_first_push_makes_the_space_in_one_commit_and_a_second_changes_nothing(hub: SpacesHub) -> None:
    assert push(hub)
    assert hub.spaces[NAME].files == FILES
    assert not push(hub)
    assert hub.spaces[NAME].commits == 1


def test_a_push_replaces_what_has_changed_and_leaves_files_of_other_names(hub: SpacesHub) -> None:
    push(hub)
    hub.spaces[NAME].files["photo.jpg"] = b"a photograph"
    assert push(hub, FILES | {"index.html": b"<b>"})
    assert hub.spaces[NAME].files == FILES | {"index.html": b"<b>", "photo.jpg": b"a photograph"}


@pytest.mark.parametrize(("token", "reason"), [("hf_wrong", "the token was refused"), (True, "there is no token")])
def test_without_a_good_token_nothing_is_changed(hub: SpacesHub, token: str | bool, reason: str) -> None:
    message = failure(WrongUse, hub, token)
    assert reason in message
    assert "HF_TOKEN" in message
    assert hub.spaces == {}


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_connection_lost_in_the_commit_is_told_and_the_next_push_completes(hub: SpacesHub, when: str) -> None:
    setattr(hub, f"hangs_up_{when}", True)
    message = failure(WorkFailed, hub)
    assert hub.address in message
    assert "push again when it is back" in message
    setattr(hub, f"hangs_up_{when}", False)
    assert push(hub) == (when == "before")
    assert hub.spaces[NAME].files == FILES


def test_a_hub_that_cannot_be_reached_is_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(WorkFailed, match="push again when it is back"):
            push(SpacesHub(f"http://127.0.0.1:{closed.getsockname()[1]}"))


@pytest.mark.parametrize("name", ["garments", "ada/gar/ments", "ada/", "ada/gar ments", "../garments"])
def test_a_malformed_name_is_refused(name: str) -> None:
    result = cli("push", name, "--model", "none")
    assert "USER/NAME" in error_of(result)


def test_a_dry_run_lists_files_with_sizes_and_the_target_and_needs_no_token(model_file: Path) -> None:
    result = succeeded(cli("push", NAME, "--model", model_file, "--data", data.SAMPLE_FOLDER, "--dry-run"))
    assert f"{model_file.stat().st_size:9,}  model.safetensors" in result.stdout
    assert f"/spaces/{NAME}" in result.stdout


def test_the_command_takes_hub_and_token_from_the_environment_and_shows_the_token_nowhere(
    hub: SpacesHub, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HF_ENDPOINT": hub.address, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(name, value)
    command = ("solutions", "push", NAME, "--model", model_file, "--data", data.SAMPLE_FOLDER)
    result = succeeded(run(*command, cwd=tmp_path))
    assert f"{hub.address}/spaces/{NAME}" in result.stdout
    assert TOKEN not in result.stdout + result.stderr
    files = hub.spaces[NAME].files
    assert files["model.safetensors"] == model_file.read_bytes()
    assert not any(TOKEN.encode() in content for content in files.values())
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
