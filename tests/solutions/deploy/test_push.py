"""``python -m solutions push``: the real client of the Hub, against a Hub on this machine."""

import base64
import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from solutions import data
from solutions.deploy import push as pushing  # before anything else imports the Hub's client: it sets how that uploads
from solutions.errors import WorkFailed, WrongUse
from tests.commands import run, succeeded
from tests.conftest import Silent, listen
from tests.solutions.conftest import cli, error_of

# The client's own way to upload a large file.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")

FILES = {"index.html": b"<p>", "model.safetensors": bytes(1000), "demo.css": b""}
NAME = "ada/garments"
TOKEN = "hf_a_token_that_nobody_may_see"


@dataclass
class Hub:
    """A Hub that speaks as much of the protocol as a push needs: Spaces by USER/NAME, large files by their SHA-256."""

    address: str = ""
    spaces: dict[str, dict[str, bytes]] = field(default_factory=dict)
    large: dict[str, bytes] = field(default_factory=dict)
    commits: int = 0
    hangs_up: str = ""  # "before" or "after" it does a commit

    def answer(self, path: str, body: bytes) -> tuple[int, object]:
        """Return status and JSON."""
        match path.strip("/").split("/"):
            case ["api", "validate-yaml"]:
                return 200, {"errors": [], "warnings": []}
            case ["api", "repos", "create"]:
                wanted = json.loads(body)
                name = f"{wanted['organization']}/{wanted['name']}"
                status = 409 if name in self.spaces else 200
                self.spaces.setdefault(name, {})
                return status, {"url": f"{self.address}/spaces/{name}"}
            case ["large", digest]:
                self.large[digest] = body
                return 200, {}
            case [*_, "objects", "batch"]:
                objects = json.loads(body)["objects"]
                for item in objects:
                    item["actions"] = {"upload": {"href": f"{self.address}/large/{item['oid']}"}}
                return 200, {"transfer": "basic", "objects": objects}
            case ["api", "spaces", owner, space, *action]:
                return 200, self.act_on(self.spaces[f"{owner}/{space}"], "".join(action[:1]), body)
        return 404, {"error": f"{path}: not known here"}

    def act_on(self, files: dict[str, bytes], action: str, body: bytes) -> object:
        lines = [json.loads(line) for line in body.splitlines()]
        if action == "preupload":
            return {"files": [self.upload_mode(files, file["path"]) for file in lines[0]["files"]]}
        if action == "commit":
            for line in lines[1:]:
                value = line["value"]
                is_large = line["key"] == "lfsFile"
                files[value["path"]] = self.large[value["oid"]] if is_large else base64.b64decode(value["content"])
            self.commits += 1
        sha = f"{self.commits:040}"
        url = f"{self.address}/spaces/{NAME}/commit/{sha}"
        return {"id": NAME, "sha": sha, "commitOid": sha, "commitUrl": url}

    def upload_mode(self, files: dict[str, bytes], file: str) -> dict[str, object]:
        """Say how a file is to be sent, and which content of its name is already there."""
        is_large, there = file.endswith(".safetensors"), files.get(file, b"")
        blob = hashlib.sha1(b"blob %d\0" % len(there) + there)
        oid = (hashlib.sha256(there) if is_large else blob).hexdigest() if file in files else None
        return {"path": file, "uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False, "oid": oid}


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """A Hub that knows one token, and nobody's own settings."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)  # whoever imported the client first
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    hub = Hub()

    class HubHandler(Silent):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            hangs_up = hub.hangs_up if "/commit/" in path else ""
            if hangs_up == "before":
                return
            may_enter = path.startswith("/large/") or self.headers["Authorization"] == f"Bearer {TOKEN}"
            status, answer = hub.answer(path, body) if may_enter else (401, {"error": "Invalid username or password."})
            if hangs_up == "after":
                return
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_GET

    with listen(HubHandler) as address:
        hub.address = address.rstrip("/")
        yield hub


def push(hub: Hub, files: dict[str, bytes] = FILES, token: str | bool = TOKEN) -> bool:
    return pushing.push(pushing.HfApi(hub.address, token=token), files, NAME)


def failure(expected: type[Exception], hub: Hub, token: str | bool = TOKEN) -> str:
    with pytest.raises(expected) as caught:
        push(hub, token=token)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def test_push_makes_the_space_and_then_commits_only_changes(hub: Hub) -> None:
    assert push(hub)
    assert hub.spaces[NAME] == FILES
    assert not push(hub)
    assert hub.commits == 1
    hub.spaces[NAME]["photo.jpg"] = b"a photograph"
    assert push(hub, FILES | {"index.html": b"<b>"})
    assert hub.spaces[NAME] == FILES | {"index.html": b"<b>", "photo.jpg": b"a photograph"}


@pytest.mark.parametrize(("token", "reason"), [("hf_wrong", "the token was refused"), (True, "there is no token")])
def test_push_without_a_good_token_changes_nothing(hub: Hub, token: str | bool, reason: str) -> None:
    message = failure(WrongUse, hub, token)
    assert reason in message
    assert "HF_TOKEN" in message
    assert hub.spaces == {}


@pytest.mark.parametrize("when", ["before", "after"])
def test_push_after_a_lost_connection_completes(hub: Hub, when: str) -> None:
    hub.hangs_up = when
    message = failure(WorkFailed, hub)
    assert hub.address in message
    assert "push again when it is back" in message
    hub.hangs_up = ""
    assert push(hub) == (when == "before")
    assert hub.spaces[NAME] == FILES


def test_push_to_an_unreachable_hub_is_refused() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(WorkFailed, match="push again when it is back"):
            push(Hub(f"http://127.0.0.1:{closed.getsockname()[1]}"))


@pytest.mark.parametrize("name", ["garments", "ada/gar/ments", "ada/", "ada/gar ments", "../garments"])
def test_push_refuses_a_malformed_name(name: str) -> None:
    result = cli("push", name, "--model", "none")
    assert "USER/NAME" in error_of(result)


def test_dry_run_lists_files_and_target_without_a_token(model_file: Path) -> None:
    result = succeeded(cli("push", NAME, "--model", model_file, "--data", data.SAMPLE_FOLDER, "--dry-run"))
    assert f"{model_file.stat().st_size:9,}  model.safetensors" in result.stdout
    assert f"/spaces/{NAME}" in result.stdout


def test_push_reads_hub_and_token_from_the_environment(
    hub: Hub, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HF_ENDPOINT": hub.address, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path / "home")}.items():
        monkeypatch.setenv(name, value)
    command = ("solutions", "push", NAME, "--model", model_file, "--data", data.SAMPLE_FOLDER)
    result = succeeded(run(*command, cwd=tmp_path))
    assert f"{hub.address}/spaces/{NAME}" in result.stdout
    assert TOKEN not in result.stdout + result.stderr
    files = hub.spaces[NAME]
    assert files["model.safetensors"] == model_file.read_bytes()
    assert not any(TOKEN.encode() in content for content in files.values())
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
