"""The Space: what its folder holds, that it needs no PyTorch, and that it answers as Python does."""

import inspect
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import escape
from pathlib import Path
from types import ModuleType

import httpx2
import numpy as np
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Page, expect
from safetensors import safe_open
from safetensors.torch import save_file

from autograder.course import Course
from solutions.data import Dataset
from solutions.deploy import space
from solutions.deploy.answers import UNSURE_BELOW, Answer
from solutions.deploy.images import LARGEST_FILE
from solutions.deploy.network import Network
from solutions.deployment import classify, export_model, load_model, prepare_image
from solutions.dropout import Classifier
from solutions.runs.folders import MODEL
from tests.conftest import made_once
from tests.solutions.deploy.bad_images import CASES, write
from tests.solutions.deploy.pages import free_port, photograph_of, until_it_answers

expect.set_options(timeout=30_000)  # a busy machine is no fault of the page
GENERATED = "solutions/deploy/preparation.py"
SIDES = st.integers(2, 60)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    model = tmp_path_factory.mktemp("model") / MODEL
    export_model(Classifier(), model)
    return space.space_files(model, "# A card\n")


@pytest.fixture(scope="module")
def in_numpy(files: dict[str, bytes]) -> Callable[[Image.Image], np.ndarray]:
    """The Space's own ``prepare_image``."""
    module = ModuleType("preparation")
    exec(files[GENERATED], module.__dict__)
    return module.prepare_image


def assert_same(in_numpy: Callable[[Image.Image], np.ndarray], image: Image.Image) -> None:
    """The same 28×28 bit for bit, or the same refusal."""
    try:
        expected = prepare_image(image)
    except ValueError as error:
        with pytest.raises(ValueError) as caught:
            in_numpy(image)
        assert str(caught.value) == str(error)
        return
    result = in_numpy(image)
    assert result.dtype == np.float32
    assert result.shape == (1, 28, 28)
    assert result.tobytes() == expected.numpy().tobytes()


# --- the preparation


def test_the_generated_preparation_is_that_of_python_bit_for_bit(
    in_numpy: Callable[[Image.Image], np.ndarray], sample: Dataset
) -> None:
    for pixels in sample.test_images[:200]:
        for size in ((28, 28), (140, 200)):
            assert_same(in_numpy, Image.fromarray(255 - pixels).resize(size))


@given(st.sampled_from(["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"]), SIDES, SIDES, st.integers(0, 2**32 - 1))
def test_it_is_the_same_in_every_mode_and_size(
    in_numpy: Callable[[Image.Image], np.ndarray], mode: str, width: int, height: int, seed: int
) -> None:
    channels = {"RGB": 3, "RGBA": 4, "CMYK": 4}.get(mode)
    shape = (height, width) if channels is None else (height, width, channels)
    noise = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    if mode == "I;16":
        image = Image.fromarray(noise.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(noise, "L" if channels is None else mode).convert(mode)
    assert_same(in_numpy, image)


def test_a_preparation_that_uses_more_of_pytorch_is_not_passed_on() -> None:
    source = inspect.getsource(prepare_image)
    with pytest.raises(ValueError, match="IN_NUMPY"):
        space.preparation_in_numpy(source.replace("return x.clamp(0, 1)", "return torch.sqrt(x.clamp(0, 1))"))
    with pytest.raises(ValueError, match="IN_NUMPY"):
        space.preparation_in_numpy(source.replace("x.clamp(0, 1)", "x.clamp(min=0, max=1)"))


# --- the network


def test_the_network_in_numpy_is_that_of_pytorch_on_the_full_test_set(trained: tuple[Path, str], full: Dataset) -> None:
    model, network = load_model(trained[0] / MODEL), Network.load(trained[0] / MODEL)
    x = full.test_images[:, None].astype(np.float32) / 255
    with torch.no_grad():
        expected = model(torch.from_numpy(x))
    np.testing.assert_allclose(network.logits(x), expected.numpy(), rtol=1e-5, atol=1e-5)
    for image in x[:100]:
        answers = dict(network.classify(image))
        assert answers == pytest.approx(dict(classify(model, torch.from_numpy(image))), abs=1e-5)


@pytest.mark.parametrize(
    "training", [{}, {"training": "[" * 100_000}, {"training": "[]"}], ids=["none", "deep", "list"]
)
def test_a_model_file_need_not_tell_how_it_was_trained(training: dict[str, str], tmp_path: Path) -> None:
    """Chapter 6 leaves that key to the student."""
    export_model(Classifier(), tmp_path / "exported")
    with safe_open(tmp_path / "exported", framework="pt") as file:
        about = {key: text for key, text in file.metadata().items() if key != "training"}
        save_file({name: file.get_tensor(name) for name in file.keys()}, tmp_path / MODEL, about | training)  # noqa: SIM118
    assert Network.load(tmp_path / MODEL).training == {}


# --- the folder


def test_no_module_of_the_space_mentions_pytorch_in_its_code(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name.endswith(".py"):
            assert b"import torch" not in content, name
            assert b"from torch" not in content, name
    assert b"torch" not in files["requirements.txt"]


def test_the_space_knows_the_books_address_though_it_has_no_metadata(files: dict[str, bytes]) -> None:
    book = ModuleType("book")
    exec(files["solutions/deploy/address.py"], book.__dict__)
    assert book.__dict__["CHAPTER"] == Course.installed().page("deployment")
    assert all(b"autograder.course" not in content for name, content in files.items() if name.endswith(".py"))


def test_the_requirements_are_ranges_and_the_readme_says_what_to_start(files: dict[str, bytes]) -> None:
    lines = files["requirements.txt"].decode().split()
    assert [line.partition("<")[0] for line in lines] == ["gradio", "numpy", "pillow", "safetensors"]
    assert all("<" in line and ">=" in line for line in lines)
    settings, card = files["README.md"].decode().removeprefix("---\n").split("---\n\n")
    assert 'sdk: "gradio"' in settings
    assert re.search(r'sdk_version: "(.*)"', settings)[1] in space.ranges()["gradio"]
    assert 'app_file: "app.py"' in settings
    assert card == "# A card\n"


def test_modules_that_both_have_are_the_same_file(files: dict[str, bytes]) -> None:
    package = Path(inspect.getfile(space)).parents[1]
    for name in space.COPIED:
        assert files[f"solutions/{name}"] == (package / name).read_bytes()


def test_the_space_has_an_example_of_each_kind(files: dict[str, bytes]) -> None:
    examples = [content for name, content in files.items() if name.startswith("example-")]
    assert len(examples) == len(Classifier.labels)
    assert all(Image.open(io.BytesIO(content)).format == "JPEG" for content in examples)


def test_nobody_needs_gradio_to_make_a_space_and_push_it() -> None:
    code = "import sys, solutions.deploy.push, solutions.deploy.space as space; space.front_matter(); "
    code += "sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- a new environment


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
