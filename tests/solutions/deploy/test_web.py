"""The files of ``export-web``; its modules prepare pixels as Python does."""

import json
import struct
import subprocess
from collections.abc import Callable
from html import escape
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from solutions import data
from solutions.data import Dataset
from solutions.data.photographs import real_photographs
from solutions.deploy import web
from solutions.deploy.garment_answer import RUNS_OFF, TWO_THINGS, doubt
from solutions.deploy.images import open_image
from solutions.deployment import load_model, prepare_image
from solutions.runs.folders import COURSE_MODEL
from solutions.runs.model_file import read_model, write_model
from tests.conftest import ROOT
from tests.solutions.conftest import cli, error_of
from tests.solutions.deploy.browser_photos import GROUNDS, SIZES, cut_out, garment_on

SCRIPTS = Path(__file__).parent / "web"
DOUBTS = {"": "", "runs off": RUNS_OFF, "two things": TWO_THINGS}  # in the page, and in Python
LARGEST_PAGE = 400_000  # bytes
ROUNDING = 1 / 255  # how far apart prepared pixels may be on average, of 1


# --- the weights


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-6, 1.0, 1e4]))
def test_a_weight_moves_by_half_a_step_of_its_unit_at_most(seed: int, size: float) -> None:
    weight = np.random.default_rng(seed).normal(0, size, (30, 4)).astype(np.float32)
    steps, scale = web.quantise(weight)
    assert (steps.dtype, scale.dtype) == (np.int8, np.float32)
    assert np.abs(steps.astype(int)).max() <= 127
    assert (np.abs(steps * scale - weight) <= 0.5001 * scale).all()


def test_the_weights_carry_the_digest_of_their_model(model_file: Path) -> None:
    _, about = read_model(model_file)
    assert about["digest"].encode() in web.page_weights(model_file)


def test_the_books_model_is_valid_and_documented() -> None:
    _, about = read_model(COURSE_MODEL)
    assert json.loads(about["training"])["data"]["is_sample"] is False
    assert about["digest"] in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


def test_labels_of_a_file_are_text_in_the_page_and_never_markup(tmp_path: Path) -> None:
    model, tag = load_model(COURSE_MODEL), "<meta http-equiv=refresh>"
    model.labels = tuple(f"{tag}{label}" for label in model.labels)
    write_model(model, tmp_path / "model", {})
    web.write_page(tmp_path / "model", tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert tag not in page
    assert page.count(escape(tag)) == 21, "the verdict, ten answers, and the list of the ten kinds"


# --- a Space


def test_a_space_is_the_page_with_the_model_its_card_and_the_licence(model_file: Path) -> None:
    page, files = web.page_files(model_file), web.space_files(model_file, "# A card\n")
    assert files.keys() - page.keys() == {"LICENSE", "model.safetensors"}
    assert {name for name in page if files[name] != page[name]} == {"README.md"}
    assert "\nsdk: static\n" in files["README.md"].decode().split("---\n")[1]
    assert files["README.md"].endswith(b"\n\n# A card\n")
    assert files["model.safetensors"] == model_file.read_bytes()
    assert b"Apache License" in files["LICENSE"]


# --- the command


def test_the_command_writes_a_page_and_says_the_cost_of_rounding(model_file: Path, tmp_path: Path) -> None:
    arguments = ("export-web", model_file, tmp_path / "page", "--data", data.SAMPLE_FOLDER)
    facts = json.loads(cli(*arguments, "--json").stdout)
    assert facts["images"] == 1000
    assert abs(facts["accuracy"] - facts["int8_accuracy"]) <= 0.005
    assert facts["same"] >= 0.99
    assert facts["bytes"] == sum(path.stat().st_size for path in (tmp_path / "page").iterdir()) < LARGEST_PAGE


def test_a_folder_that_is_not_empty_is_left_alone_unless_forced(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("precious")
    arguments = ("export-web", model_file, tmp_path, "--data", data.SAMPLE_FOLDER)
    assert "is not empty; name another folder, or --force to replace the page in it" in error_of(cli(*arguments))
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert cli(*arguments, "--force").returncode == 0
    assert (tmp_path / "notes.txt").read_text() == "precious"
    assert (tmp_path / "index.html").is_file()


# --- in Node


def test_the_modules_pass_their_own_tests_in_node() -> None:
    done = subprocess.run(["node", "--test", str(SCRIPTS / "classifier.test.js")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "# fail 0" in done.stdout


def prepared_in_node(images: list[Image.Image], folder: Path) -> tuple[np.ndarray, list[str]]:
    """Return the results of `prepareImage`, and for each image the reason for a doubt or a refusal."""
    raw = b"".join(struct.pack("<II", *image.size) + image.convert("RGBA").tobytes() for image in images)
    (folder / "photos").write_bytes(raw)
    line = ["node", "--no-warnings", SCRIPTS / "prepare.js", folder / "photos", folder / "pixels"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return np.fromfile(folder / "pixels", np.float32).reshape(-1, 1, 28, 28), done.stdout.splitlines()


def garments(sample: Dataset) -> list[Image.Image]:
    """Garments on plain grounds, cut out, as they are, one above another, and noise."""
    grounds = zip(GROUNDS, SIZES, strict=True)
    images = [garment_on(ground, sample.test_images[k], size, k) for k, (ground, size) in enumerate(grounds)]
    images += [cut_out(sample.test_images[100 + k], side) for k, side in enumerate((17, 40, 301))]
    images += [Image.fromarray(255 - sample.test_images[k]) for k in range(10)]
    images.append(Image.fromarray(255 - np.tile(sample.test_images[np.argmax(sample.test_labels == 7)], (2, 1))))
    rng = np.random.default_rng(0)
    sizes = ((2, 2), (2, 60), (61, 2), (3, 3), (40, 31), (226, 225))
    return images + [Image.fromarray(rng.integers(0, 256, (*size[::-1], 3), np.uint8)) for size in sizes]


def large_pictures(sample: Dataset) -> list[Image.Image]:
    """Real photographs at many sizes, and pictures that are made smaller before the garment is looked for."""
    photos = [open_image(photo.path) for photo in real_photographs("choose")]
    images = [photo.resize(size) for photo, size in zip(photos[::18], SIZES, strict=True)]
    images += [cut_out(sample.test_images[100 + k], side) for k, side in enumerate((900, 1500))]
    images.append(garment_on(GROUNDS[1], sample.test_images[1], SIZES[1], 1).resize((2111, 1537)))
    images.append(next(photo for photo in photos if doubt(photo) == RUNS_OFF).resize((1500, 1500)))
    images[-1].putalpha(255)
    images[-1].putpixel((700, 700), (0, 0, 0, 0))  # one hole, which is gone when it is made smaller
    return images


@pytest.mark.parametrize(
    ("pictures", "doubted"),
    [
        (garments, "two things"),
        pytest.param(large_pictures, "runs off", marks=[pytest.mark.deep, pytest.mark.long("large, and twice")]),
    ],
)
def test_a_picture_is_prepared_as_in_python_but_for_rounding_and_doubted_alike(
    pictures: Callable[[Dataset], list[Image.Image]], doubted: str, sample: Dataset, tmp_path: Path
) -> None:
    images = pictures(sample)
    pixels, reasons = prepared_in_node(images, tmp_path)
    assert [DOUBTS[reason] for reason in reasons] == [doubt(image) for image in images]
    assert {"", doubted} <= {*reasons}
    for at, (prepared, image) in enumerate(zip(pixels, images, strict=True)):
        assert np.abs(prepared - prepare_image(image).numpy()).mean() <= ROUNDING, f"image {at}, {image.size}"


@pytest.mark.deep
@pytest.mark.long("all real photographs, twice")
def test_every_real_photograph_gets_the_answer_and_the_doubt_that_it_gets_in_python(tmp_path: Path) -> None:
    images = [open_image(photo.path) for part in ("choose", "report") for photo in real_photographs(part)]
    pixels, reasons = prepared_in_node(images, tmp_path)
    expected = torch.cat([prepare_image(image) for image in images])
    assert [DOUBTS[reason] for reason in reasons] == [doubt(image) for image in images]
    assert np.abs(pixels[:, 0] - expected.numpy()).mean(axis=(1, 2)).max() <= ROUNDING
    model = load_model(COURSE_MODEL)
    answers = [model(torch.from_numpy(x).reshape(-1, 784)).argmax(dim=1).tolist() for x in (pixels, expected.numpy())]
    assert answers[0] == answers[1]


def test_refusals_are_worded_as_in_python(tmp_path: Path) -> None:
    images = [Image.new("RGB", (40, 30), "red"), Image.new("RGBA", (9, 9), (0, 0, 0, 0)), Image.new("L", (7, 1))]
    expected = []
    for image in images:
        with pytest.raises(ValueError) as error:
            prepare_image(image)
        expected.append(str(error.value))
    assert prepared_in_node(images, tmp_path)[1] == expected
