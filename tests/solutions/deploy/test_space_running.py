"""The Space in an environment of its own, where it answers as Python does. It takes its turn: installing is long."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import psutil
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

# Runs at the start of the Space's Python, and notes each name and address that the process asks for.
WATCHED = """
import os, sys
def note(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        with open(os.environ["ASKED_FOR"], "a") as file:
            print(arguments[0 if event == "socket.getaddrinfo" else 1], file=file)
if "ASKED_FOR" in os.environ:
    sys.addaudithook(note)
"""
ELSEWHERE = "pictures.invalid"
MOST_MEMORY = 150 << 20  # bytes that a load of large requests may add
expect.set_options(timeout=30_000)  # a busy machine is no fault of the page


@dataclass(frozen=True)
class Running:
    """A Space: where it answers, its Python and process, and the file of the names and addresses it asked for."""

    address: str
    python: Path
    pid: int
    asked_for: Path


@pytest.fixture(scope="session")
def running(trained: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The Space in an environment that holds its requirements and nothing else."""

    def install(folder: Path) -> None:
        space.write_space(space.space_files(trained[0] / MODEL, "# A card\n"), folder)
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        pip = [folder / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", folder / "requirements.txt"], check=True)
        (packages,) = (folder / "env").glob("lib/python*/site-packages")
        (packages / "watched.py").write_text(WATCHED)
        (packages / "watched.pth").write_text("import watched\n")

    folder = made_once("space", tmp_path_factory, install)
    python, port = folder / "env" / "bin" / "python", free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GRADIO", "VIRTUAL"))
    } | {
        "GRADIO_SERVER_PORT": str(port),
        "GRADIO_TEMP_DIR": str(tmp_path_factory.mktemp("uploads")),
        "ASKED_FOR": str(asked_for := tmp_path_factory.mktemp("asked") / "names.txt"),
    }
    with subprocess.Popen([python, "app.py"], cwd=folder, env=environment) as process:
        try:
            yield Running(until_it_answers(f"http://127.0.0.1:{port}/", process), python, process.pid, asked_for)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address(running: Running) -> str:
    return running.address


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
    running: Running, model: Classifier, sample: Dataset, tmp_path: Path
) -> None:
    assert subprocess.run([running.python, "-c", "import torch"], capture_output=True, check=False).returncode == 1
    with asking(running.address) as ask:
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
    assert "Try a plain background" in words


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


# --- what it does not do for a client


def test_it_fetches_nothing_that_a_client_names(running: Running) -> None:
    """Gradio alone looks the name up and downloads what it finds there, to answer it or to hand it out."""
    api = f"{running.address}gradio_api"
    named = f"http://{ELSEWHERE}/garment.png"
    for path in (named, f"  {named}", named.replace("http", "HTTPS"), f"//../{ELSEWHERE}"):
        file = {"path": path, "url": path, "meta": {"_type": "gradio.FileData"}}
        for data in ([file], [{"background": file, "layers": [file], "composite": file}]):
            for asked in [f"call/{name}" for name in ("classify", "classify_drawing")]:
                said = httpx2.post(f"{api}/{asked}", json={"data": data}, timeout=60)
                if said.status_code == 200:
                    httpx2.get(f"{api}/{asked}/{said.json()['event_id']}", timeout=60)
            for function in range(12):
                body = {"data": data, "fn_index": function, "session_hash": f"s{function}"}
                if httpx2.post(f"{api}/queue/join", json=body, timeout=60).status_code == 200:
                    httpx2.get(f"{api}/queue/data?session_hash=s{function}", timeout=60)
        for way in ("file=", "file/", "proxy="):
            httpx2.get(f"{api}/{way}{path}", timeout=60)
    assert ELSEWHERE not in running.asked_for.read_text()
    assert httpx2.get(running.address, timeout=60).status_code == 200


def post(address: str, path: str, length: int | None, sent: bytes = b"") -> int:
    """Begin a request that says how long it will be, and return the answer's status."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.putrequest("POST", f"/gradio_api/{path}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader(*("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length)))
    connection.endheaders(sent)
    status = connection.getresponse().status
    connection.close()
    return status


def test_what_is_too_large_is_refused_before_it_is_read(address: str) -> None:
    assert post(address, "upload", 1 << 40) == 413
    assert post(address, "call/classify", 1 << 30) == 413
    assert post(address, "queue/join", 1 << 30) == 413
    assert post(address, "upload", None) == 411
    assert post(address, "queue/join", 100_000, b"[" * 100_000) < 500  # what overwhelms a parser is no request either


def test_a_load_of_large_uploads_leaves_it_small_and_answering(running: Running, model: Classifier) -> None:
    def upload(number: int) -> int:
        files = {"files": (f"{number}.png", bytes(LARGEST_FILE))}
        return httpx2.post(f"{running.address}gradio_api/upload", files=files, timeout=120).status_code

    process = psutil.Process(running.pid)
    before = most = process.memory_info().rss
    with ThreadPoolExecutor(10) as people:
        for status in people.map(upload, range(30)):
            most = max(most, process.memory_info().rss)
            assert status == 200
    assert most - before < MOST_MEMORY
    assert httpx2.get(running.address, timeout=60).status_code == 200


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
def test_a_drawing_is_answered(visit: Page, model: Classifier) -> None:
    """Of one garment: strokes that do not touch are several things, and no answer has a number then."""
    visit.get_by_role("tab", name="Drawing").click()
    visit.get_by_role("button", name="Brush").click()
    box = visit.locator("canvas").first.bounding_box()
    middle, top, bottom = (box["x"] + 0.5 * box["width"], *(box["y"] + share * box["height"] for share in (0.3, 0.7)))
    visit.mouse.move(middle - 64, top)
    visit.mouse.down()
    for across in range(-64, 65, 16):  # pixels, fewer than the brush is wide
        visit.mouse.move(middle + across, bottom, steps=8)
        visit.mouse.move(middle + across, top, steps=8)
    visit.mouse.up()
    visit.get_by_role("button", name="Submit").click()
    words = visit.get_by_role("textbox", name="In words")
    expect(words).to_have_value(re.compile("|".join(map(re.escape, model.labels))))
    expect(words).not_to_have_value(re.compile("two things"))
