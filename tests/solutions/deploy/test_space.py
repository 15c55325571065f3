"""The Space: what its folder holds, and that it needs no PyTorch."""

import inspect
import io
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from autograder.course import Course
from solutions.data import Dataset
from solutions.deploy import space
from solutions.deploy.network import Network
from solutions.deployment import classify, export_model, load_model, prepare_image
from solutions.dropout import Classifier
from solutions.runs.folders import MODEL

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
