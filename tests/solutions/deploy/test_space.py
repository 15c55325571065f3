"""The model without PyTorch: the Space answers as Python does."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from autograder.course import Course
from solutions.data import Dataset
from solutions.deploy import space
from solutions.deploy.garment_answer import UNSURE_BELOW
from solutions.deploy.numpy_network import Network
from solutions.deploy.web import photograph
from solutions.deployment import classify, export_model, load_model, prepare_image
from solutions.dropout import Classifier
from solutions.runs.folders import MODEL
from tests.solutions.conftest import running


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    model = tmp_path_factory.mktemp("model") / MODEL
    export_model(Classifier(), model)
    return space.space_files(model, "# A card\n")


def module_of(source: bytes) -> ModuleType:
    module = ModuleType("generated")
    exec(source, module.__dict__)
    return module


# --- the preparation


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK"])
def test_the_preparation_equals_prepare_image_bit_for_bit(files: dict[str, bytes], sample: Dataset, mode: str) -> None:
    in_numpy = module_of(files["solutions/deploy/preparation.py"]).prepare_image
    for pixels in sample.test_images[:20]:
        image = photograph(pixels, "#cddef0").convert(mode)
        np.testing.assert_array_equal(in_numpy(image), prepare_image(image).numpy(), strict=True)
    with pytest.raises(ValueError, match="nothing stands out"):
        in_numpy(Image.new(mode, (30, 40)))


# --- the network


def test_the_network_in_numpy_agrees_with_pytorch_on_the_full_test_set(model_file: Path, full: Dataset) -> None:
    model, network = load_model(model_file), Network.load(model_file)
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
def test_a_model_file_can_lack_a_training_summary(training: dict[str, str], tmp_path: Path) -> None:
    """Chapter 6 leaves that key to the student."""
    export_model(Classifier(), tmp_path / "exported")
    with safe_open(tmp_path / "exported", framework="pt") as file:
        about = {key: text for key, text in file.metadata().items() if key != "training"}
        save_file({name: file.get_tensor(name) for name in file.keys()}, tmp_path / MODEL, about | training)  # noqa: SIM118
    assert Network.load(tmp_path / MODEL).training == {}


# --- the folder


def test_the_readme_says_what_to_start_and_the_requirements_are_ranges(files: dict[str, bytes]) -> None:
    settings, card = files["README.md"].decode().removeprefix("---\n").split("---\n\n")
    assert {"sdk: gradio", "app_file: app.py", 'sdk_version: "6.31.0"'} <= set(settings.splitlines())
    assert card == "# A card\n"
    lines = files["requirements.txt"].decode().splitlines()
    assert [line.partition("<")[0] for line in lines] == ["gradio", "numpy", "pillow", "safetensors"]
    assert all("<" in line and ">=" in line for line in lines)


def test_the_folder_contains_the_licence_the_books_address_and_an_example_of_each_kind(files: dict[str, bytes]) -> None:
    assert b"Apache License" in files["LICENSE"]
    address = module_of(files["solutions/deploy/address.py"]).CHAPTER
    assert address == Course.installed().page("deployment")
    examples = [content for name, content in files.items() if name.startswith("example-")]
    assert [Image.open(io.BytesIO(content)).format for content in examples] == ["JPEG"] * len(Classifier.labels)


# --- running

START = "import runpy, sys; sys.modules['torch'] = None; runpy.run_path('app.py', run_name='__main__')"


@pytest.fixture(scope="module")
def asked(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The running Space, whose Python has no PyTorch, and of this course what lies in its folder."""
    folder = tmp_path_factory.mktemp("space")
    space.write_space(space.space_files(model_file, "# A card\n"), folder)
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    with running([sys.executable, "-u", "-c", START], cwd=folder, env=environment) as (address, _):
        client = Client(address, verbose=False, analytics_enabled=False)
        yield client
        client.close()


@pytest.mark.deep
def test_the_space_answers_as_python_does_and_says_when_it_is_unsure(
    asked: Client, model_file: Path, sample: Dataset, tmp_path: Path
) -> None:
    model = load_model(model_file)
    photos = [photograph(pixels, "#cddef0") for pixels in sample.test_images[:50]]
    for photo in [*photos[:3], next(photo for photo in photos if classify(model, photo)[0][1] < UNSURE_BELOW)]:
        photo.save(tmp_path / "photo.png")
        answer, words = asked.predict(handle_file(tmp_path / "photo.png"), api_name="/classify")
        expected = classify(model, photo)
        answers = {row["label"]: row["confidence"] for row in answer["confidences"]}
        assert answers == pytest.approx(dict(expected[:5]), abs=1e-5)
        assert words.startswith("Not sure") == (expected[0][1] < UNSURE_BELOW)
        assert expected[0][0] in words


@pytest.mark.deep
def test_a_picture_without_a_garment_is_refused_in_words(asked: Client, tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), "white").save(tmp_path / "blank.png")
    with pytest.raises(AppError, match="This picture cannot be used: nothing stands out from the background"):
        asked.predict(handle_file(tmp_path / "blank.png"), api_name="/classify")
