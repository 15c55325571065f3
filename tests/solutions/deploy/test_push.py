"""``python -m solutions push``: the real client of the Hub, against a Hub on this machine."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from solutions import data
from solutions.deploy import push as pushing  # before anything else imports the Hub's client: it sets how that uploads
from solutions.errors import WorkFailed, WrongUse
from tests.commands import run
from tests.solutions.conftest import Cli, error_of
from tests.solutions.deploy.hub import TOKEN, Hub, open_hub

# The client's own way to upload a large file.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")

FILES = {"app.py": b"print()", "model.safetensors": bytes(1000), "solutions/__init__.py": b""}
NAME = "ada/garments"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)  # whoever imported the client first
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with open_hub() as hub:
        yield hub


def push(hub: Hub, files: dict[str, bytes] = FILES, token: str | bool = TOKEN) -> bool:
    return pushing.push(pushing.HfApi(hub.address, token=token), files, NAME)


def failure(expected: type[Exception], hub: Hub, token: str | bool = TOKEN) -> str:
    with pytest.raises(expected) as caught:
        push(hub, token=token)
    assert "\n" not in str(caught.value)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


def test_the_first_push_makes_the_space_in_one_commit_and_a_second_changes_nothing(hub: Hub) -> None:
    assert push(hub)
    assert hub.spaces[NAME].files == FILES
    assert not push(hub)
    assert hub.spaces[NAME].commits == 1


def test_a_push_uploads_what_is_new_removes_old_modules_and_leaves_what_others_added(hub: Hub) -> None:
    push(hub, FILES | {"solutions/old.py": b""})
    hub.spaces[NAME].files["photo.jpg"] = b"a photograph"
    assert push(hub, FILES | {"app.py": b"print(1)"})
    assert hub.spaces[NAME].files == FILES | {"app.py": b"print(1)", "photo.jpg": b"a photograph"}


@pytest.mark.parametrize(("token", "said"), [("hf_wrong", "the token was refused"), (True, "there is no token")])
def test_without_a_good_token_nothing_is_changed(hub: Hub, token: str | bool, said: str) -> None:
    message = failure(WrongUse, hub, token)
    assert said in message
    assert "HF_TOKEN" in message
    assert hub.spaces == {}


def test_a_connection_lost_in_the_commit_leaves_the_space_as_it_was_and_the_next_push_completes_it(hub: Hub) -> None:
    hub.hangs_up_before = True
    message = failure(WorkFailed, hub)
    assert hub.address in message
    assert "the Space is as it was; push again" in message
    assert hub.spaces[NAME].files == {}
    hub.hangs_up_before = False
    assert push(hub)
    assert hub.spaces[NAME].files == FILES


def test_a_commit_whose_answer_is_lost_is_told_from_one_that_is_lost(hub: Hub) -> None:
    hub.hangs_up_after = True
    assert "the Space has changed; push again" in failure(WorkFailed, hub)
    hub.hangs_up_after = False
    assert not push(hub)


def test_a_hub_that_cannot_be_reached_is_one_line() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(WorkFailed, match="nothing was uploaded; push again when it is back"):
            push(Hub(f"http://127.0.0.1:{closed.getsockname()[1]}"))


@pytest.mark.parametrize("name", ["garments", "ada/gar/ments", "ada/", "ada/gar ments", "../garments"])
def test_a_name_that_is_none_is_refused(here: Cli, name: str) -> None:
    result = here("push", name, "--model", "none")
    assert "USER/NAME" in error_of(result)


def test_a_dry_run_lists_files_with_sizes_and_the_target_and_needs_no_token(here: Cli, model_file: Path) -> None:
    result = here("push", NAME, "--model", model_file, "--data", data.SAMPLE_FOLDER, "--dry-run")
    assert result.returncode == 0, result.stderr
    assert f"{model_file.stat().st_size:9,}  model.safetensors" in result.stdout
    assert f"/spaces/{NAME}" in result.stdout


def test_the_command_takes_hub_and_token_from_the_environment_and_shows_the_token_nowhere(
    hub: Hub, model_file: Path, tmp_path: Path
) -> None:
    environment = os.environ | {"HF_ENDPOINT": hub.address, "HF_TOKEN": TOKEN, "HF_HOME": str(tmp_path / "home")}
    command = ("solutions", "push", NAME, "--model", model_file, "--data", data.SAMPLE_FOLDER)
    result = run(*command, cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stderr
    assert f"{hub.address}/spaces/{NAME}" in result.stdout
    assert TOKEN not in result.stdout + result.stderr
    files = hub.spaces[NAME].files
    assert files["model.safetensors"] == model_file.read_bytes()
    assert not any(TOKEN.encode() in content for content in files.values())
    assert not any(TOKEN.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
