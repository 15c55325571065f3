"""The Space in an environment of its own, where it answers as Python does. It takes its turn: installing is long."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import escape
from pathlib import Path

import httpx2
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from playwright.sync_api import Page, expect

from solutions.data import Dataset
from solutions.deploy import space
from solutions.deploy.answers import UNSURE_BELOW, Answer
from solutions.deploy.images import LARGEST_FILE
from solutions.deployment import classify, load_model
from solutions.dropout import Classifier
from solutions.runs.folders import MODEL
from tests.conftest import made_once
from tests.solutions.deploy.bad_images import CASES, write
from tests.solutions.deploy.pages import free_port, photograph_of, until_it_answers

pytestmark = pytest.mark.turn(2)
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page


@pytest.fixture(scope="session")
def running(trained: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The Space in an environment that holds its requirements and nothing else: its address, and its Python."""

    def install(folder: Path) -> None:
        space.write_space(space.space_files(trained[0] / MODEL, "# A card\n"), folder)
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        pip = [folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", folder / "requirements.txt"], check=True)

    folder = made_once("space", tmp_path_factory, install)
    python, port = folder / "env" / "bin" / "python", free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GRADIO", "VIRTUAL"))
    } | {"GRADIO_SERVER_PORT": str(port), "GRADIO_TEMP_DIR": str(tmp_path_factory.mktemp("uploads"))}
    with subprocess.Popen([python, "app.py"], cwd=folder, env=environment) as process:
        try:
            yield until_it_answers(f"http://127.0.0.1:{port}/", process), python
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address(running: tuple[str, Path]) -> str:
    return running[0]


@pytest.fixture(scope="module")
def model(trained: tuple[Path, str]) -> Classifier:
    return load_model(trained[0] / MODEL)


@contextmanager
def asking(address: str) -> Iterator[Callable[[Path], tuple[dict[str, float], str]]]:
    """What the Space answers to a photograph, as Gradio's client gets it: five probabilities by label, and words."""
    client = Client(address, verbose=False, analytics_enabled=False)

    def ask(photograph: Path) -> tuple[dict[str, float], str]:
        found, words, _ = client.predict(handle_file(photograph), api_name="/classify")
        return {row["label"]: row["confidence"] for row in found["confidences"]}, words

    try:
        yield ask
    finally:
        client.close()


def first_five(model: Classifier, image: Image.Image) -> dict[str, float]:
    return dict(classify(model, image)[:5])


def test_the_space_starts_in_a_new_environment_without_pytorch_and_answers_as_python_does(
    running: tuple[str, Path], model: Classifier, sample: Dataset, tmp_path: Path
) -> None:
    address, python = running
    assert subprocess.run([python, "-c", "import torch"], capture_output=True, check=False).returncode == 1
    with asking(address) as ask:
        for pixels in sample.test_images[:3]:
            photograph = photograph_of(pixels)
            photograph.save(tmp_path / "photo.png")
            assert ask(tmp_path / "photo.png")[0] == pytest.approx(first_five(model, photograph), abs=1e-5)


def test_an_unsure_answer_says_so_and_what_to_try(
    address: str, model: Classifier, sample: Dataset, tmp_path: Path
) -> None:
    photographs = map(photograph_of, sample.test_images)
    doubtful = next(image for image in photographs if classify(model, image)[0][1] < UNSURE_BELOW - 0.1)
    doubtful.save(tmp_path / "doubtful.png")
    (first, _), (second, _) = classify(model, doubtful)[:2]
    with asking(address) as ask:
        words = ask(tmp_path / "doubtful.png")[1]
    assert words.startswith(f"Not sure: {first} or {second}?")
    assert "Try a plain ground" in words


def test_every_file_is_answered_or_refused_in_one_line_and_the_space_goes_on(address: str, tmp_path: Path) -> None:
    """The same files as at the command line, with the same words."""
    with asking(address) as ask:
        for name, case in CASES.items():
            file = write(tmp_path, name)
            if file.stat().st_size > LARGEST_FILE:
                continue  # not even taken, as the test of that shows
            if case.refused:
                with pytest.raises(AppError) as caught:
                    ask(file)
                assert str(caught.value).startswith("This picture cannot be used: "), name
                assert escape(case.refused, quote=False) in str(caught.value), name
                assert "\n" not in str(caught.value), name
            else:
                answers, words = ask(file)
                assert len(answers) == 5, name
                assert case.remark in words, name


def test_twenty_people_are_answered_at_the_same_time(
    address: str, model: Classifier, sample: Dataset, tmp_path: Path
) -> None:
    photographs = [photograph_of(pixels) for pixels in sample.test_images[:20]]

    def one(number: int) -> dict[str, float]:
        photographs[number].save(tmp_path / f"{number}.png")
        with asking(address) as ask:
            return ask(tmp_path / f"{number}.png")[0]

    with ThreadPoolExecutor(20) as people:
        for photograph, answers in zip(photographs, people.map(one, range(20)), strict=True):
            assert answers == pytest.approx(first_five(model, photograph), abs=1e-5)


def test_a_file_that_is_too_large_is_not_taken(address: str) -> None:
    files = {"files": ("photo.png", bytes(LARGEST_FILE + 1))}
    assert httpx2.post(f"{address}gradio_api/upload", files=files, timeout=60).status_code == 413


@pytest.mark.parametrize("path", ["/etc/passwd", os.fspath(Path(__file__)), "/there/is/none"])
def test_no_file_of_its_machine_can_be_asked_for_or_about(address: str, path: str) -> None:
    assert httpx2.get(f"{address}gradio_api/file={path}", timeout=60).status_code == 403
    asked = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}]}
    call = f"{address}gradio_api/call/classify"
    said = httpx2.get(f"{call}/{httpx2.post(call, json=asked, timeout=60).json()['event_id']}", timeout=60).text
    assert said.startswith("event: error")
    assert "picture" not in said  # not even opened


# --- in a browser


@pytest.fixture
def visit(page: Page, address: str) -> Iterator[Page]:
    """The open Space; no script in it may fail, and no other host may be asked."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url))
    page.goto(address)
    yield page
    assert [said for said in complaints if not said.startswith((address, "data:", "blob:"))] == []


def test_a_photograph_is_answered_and_what_the_network_sees_is_shown(
    visit: Page, model: Classifier, sample: Dataset, tmp_path: Path
) -> None:
    photograph = photograph_of(sample.test_images[0])
    photograph.save(tmp_path / "photo.png")
    visit.locator("input[type=file]").first.set_input_files(tmp_path / "photo.png")
    visit.get_by_role("button", name="Remove Image").wait_for()
    visit.get_by_role("button", name="Submit").click()
    words = Answer(classify(model, photograph)).in_words
    expect(visit.get_by_role("textbox", name="In words")).to_have_value(words)
    expect(visit.get_by_text("What the network sees")).to_be_visible()


def test_a_picture_without_a_garment_is_refused_in_words(visit: Page, tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), "white").save(tmp_path / "blank.png")
    visit.locator("input[type=file]").first.set_input_files(tmp_path / "blank.png")
    visit.get_by_role("button", name="Remove Image").wait_for()
    visit.get_by_role("button", name="Submit").click()
    expect(visit.get_by_text("This picture cannot be used: nothing stands out from the background")).to_be_visible()


@pytest.mark.long("the drawing needs WebGL, which the processor computes here")
def test_a_drawing_is_answered(visit: Page) -> None:
    visit.get_by_role("tab", name="Drawing").click()
    visit.get_by_role("button", name="Brush").click()
    box = visit.locator("canvas").first.bounding_box()
    for share in (0.45, 0.5, 0.55):
        visit.mouse.move(box["x"] + share * box["width"], box["y"] + 0.3 * box["height"])
        visit.mouse.down()
        visit.mouse.move(box["x"] + share * box["width"], box["y"] + 0.7 * box["height"], steps=8)
        visit.mouse.up()
    visit.get_by_role("button", name="Submit").click()
    expect(visit.get_by_role("textbox", name="In words")).to_have_value(re.compile("%"))
