"""The page that ``export-web`` writes: in Node and in a real browser it answers as Python does."""

import io
import json
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect
from safetensors.numpy import load as load_tensors

from solutions import data
from solutions.data import Dataset
from solutions.deploy import web
from solutions.deployment import classify, load_model, prepare_image
from solutions.dropout import Classifier
from solutions.images import open_image
from tests.conftest import ROOT, serve

Cli = Callable[..., subprocess.CompletedProcess[str]]
SCRIPTS = Path(__file__).parent / "web"
ROUNDING = 1e-4  # of a probability: what float32 sums in another order may differ by
LARGEST_PAGE = 400_000  # bytes


# --- the weights


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-6, 1.0, 1e4]))
def test_a_weight_moves_by_half_a_step_of_its_unit_at_most(seed: int, size: float) -> None:
    weight = np.random.default_rng(seed).normal(0, size, (30, 4)).astype(np.float32)
    steps, scale = web.quantise(weight)
    assert (steps.dtype, scale.dtype) == (np.int8, np.float32)
    assert np.abs(steps.astype(int)).max() <= 127
    assert (np.abs(steps * scale - weight) <= 0.5001 * scale).all()


def test_the_weights_are_a_safetensors_file_that_says_what_it_is(trained: tuple[Path, str]) -> None:
    path = trained[0] / "model.safetensors"
    content = web.page_weights(path)
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    tensors = load_tensors(content)
    assert {name: (tensor.dtype.name, tensor.shape) for name, tensor in tensors.items() if name[0] == "0"} == {
        "0.weight": ("int8", (784, 256)),
        "0.scale": ("float32", (256,)),
        "0.bias": ("float32", (256,)),
    }
    assert (header["format"], header["preprocessing_version"]) == ("garment-mlp-int8", "1")
    assert json.loads(header["sizes"]) == [784, 256, 64, 10]
    assert json.loads(header["labels"]) == list(Classifier.labels)
    assert header["digest"] in path.read_bytes()[:2000].decode("latin1")
    assert content == web.page_weights(path)


def test_the_model_of_the_book_is_whole_and_says_where_it_comes_from() -> None:
    path = ROOT / "data" / "model" / "garments.safetensors"
    load_model(path)
    header = path.read_bytes()[8 : 8 + int.from_bytes(path.read_bytes()[:8], "little")]
    about = json.loads(header)["__metadata__"]
    assert json.loads(about["training"])["data"]["is_sample"] is False
    assert about["digest"] in (ROOT / "data" / "README.md").read_text(encoding="utf-8")


# --- the command


def test_the_command_writes_a_page_and_says_what_the_rounding_costs(
    here: Cli, trained: tuple[Path, str], tmp_path: Path
) -> None:
    arguments = ("export-web", trained[0] / "model.safetensors", tmp_path / "page", "--data", data.SAMPLE_FOLDER)
    said = here(*arguments).stdout
    assert "Test accuracy" in said
    assert "with int8 weights" in said
    found = json.loads(here(*arguments, "--force", "--json").stdout)
    assert found["images"] == 1000
    assert abs(found["accuracy"] - found["int8_accuracy"]) <= 0.005
    assert found["same"] >= 0.99
    assert found["bytes"] == sum(path.stat().st_size for path in (tmp_path / "page").iterdir()) < LARGEST_PAGE
    assert f"{found['same']:.2%} of 1,000 images" in said


def test_a_folder_that_is_not_empty_is_left_alone_unless_forced(
    here: Cli, trained: tuple[Path, str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("precious")
    arguments = ("export-web", trained[0] / "model.safetensors", tmp_path, "--data", data.SAMPLE_FOLDER)
    refused = here(*arguments)
    assert refused.returncode == 2
    assert refused.stderr == f"error: {tmp_path}: is not empty; name another folder, or --force to replace the page in it\n"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert here(*arguments, "--force").returncode == 0
    assert (tmp_path / "notes.txt").read_text() == "precious"
    assert (tmp_path / "index.html").is_file()


def test_what_is_no_model_gives_no_page(here: Cli, tmp_path: Path) -> None:
    (tmp_path / "model").write_text("no model")
    refused = here("export-web", tmp_path / "model", tmp_path / "page")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "page").exists()


# --- photographs of many kinds


def garment_on(ground: tuple[int, int, int], pixels: np.ndarray, size: tuple[int, int], seed: int) -> Image.Image:
    """A photograph with a little noise: a garment, anywhere, on a ground."""
    rng = np.random.default_rng(seed)
    side = int(min(size) * rng.uniform(0.5, 0.9))
    garment = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    photo = Image.new("RGB", size, ground)
    place = tuple(int(rng.integers(0, whole - side)) for whole in size)
    photo.paste(Image.fromarray(255 - np.asarray(garment)), place, garment.point(lambda value: min(255, 3 * value)))
    noisy = np.asarray(photo) + rng.normal(0, 2, (*photo.size[::-1], 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def cut_out(pixels: np.ndarray, side: int) -> Image.Image:
    """A garment on nothing, its edge half transparent."""
    garment = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    image = Image.fromarray(255 - np.asarray(garment)).convert("RGBA")
    image.putalpha(garment.point(lambda value: min(255, 3 * value)))
    return image


GROUNDS = ((255, 255, 255), (150, 150, 150), (205, 222, 240), (214, 178, 140), (240, 250, 200), (60, 120, 90))
SIZES = ((200, 250), (640, 480), (333, 777), (1024, 1024), (1025, 700), (90, 400))


@dataclass(frozen=True)
class Kind:
    """Photographs in one format, and how far what the browser decodes may be from what Pillow does.

    Attributes:
        save: writes one image to a file in this format.
        apart: of a prepared pixel; two decoders may differ by a level or two of 255, and at the outline, where one
            level decides whether a pixel is ground, by more.
    """

    save: Callable[[Image.Image, io.BytesIO], None]
    apart: float


def saved(*format: str, mode: str | None = None, **options: object) -> Callable[[Image.Image, io.BytesIO], None]:
    return lambda image, file: (image.convert(mode) if mode else image).save(file, *format, **options)


def turned(image: Image.Image, file: io.BytesIO) -> None:
    """As a telephone writes it: the sensor's pixels, and how to turn them."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(file, "PNG", exif=exif)


KINDS = {
    "png": Kind(saved("PNG"), 0),
    "png, grey": Kind(saved("PNG", mode="L"), 0),
    "png, palette": Kind(saved("PNG", mode="P"), 0),
    "png, turned by EXIF": Kind(turned, 0),
    "webp, lossless": Kind(saved("WEBP", lossless=True), 0),
    "gif, animated": Kind(
        lambda image, file: image.save(file, "GIF", save_all=True, append_images=[Image.new("RGB", image.size)]), 0
    ),
    "bmp": Kind(saved("BMP"), 0),
    "jpeg": Kind(saved("JPEG", quality=90), 0.05),
}


@pytest.fixture(scope="session")
def photos(sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, float]:
    """Files, and how far apart the prepared pixels may be."""
    folder = tmp_path_factory.mktemp("photos")
    files: dict[Path, float] = {}

    def add(name: str, save: Callable[[io.BytesIO], None], apart: float) -> None:
        content = io.BytesIO()
        save(content)
        path = folder / name
        path.write_bytes(content.getvalue())
        files[path] = apart

    for number, (name, kind) in enumerate(KINDS.items()):
        for k, (ground, size) in enumerate(zip(GROUNDS, SIZES, strict=True)):
            photo = garment_on(ground, sample.test_images[100 * number + k], size, k)
            add(f"{name} {k}", lambda file, photo=photo, kind=kind: kind.save(photo, file), kind.apart)
    for k in range(6):
        # A canvas holds colours times alpha, in bytes: what is half transparent comes back a level or two apart.
        image = cut_out(sample.test_images[900 + k], 150 + 100 * k)
        add(f"png, cut out {k}", lambda file, image=image: image.save(file, "PNG"), 0.03)
    large = garment_on((205, 222, 240), sample.test_images[950], (3000, 4000), 1)
    add("jpeg, large", lambda file: large.save(file, "JPEG", quality=85), 0.05)
    add("png, large", lambda file: large.resize((3001, 2003)).save(file, "PNG", compress_level=1), 0)
    return files


@pytest.fixture(scope="session")
def page_folder(trained: tuple[Path, str], sample: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("host") / "somewhere" / "page"
    web.claim_page(folder, force=False)
    web.write_page(trained[0] / "model.safetensors", sample, folder)
    return folder


@pytest.fixture(scope="session")
def exact(trained: tuple[Path, str]) -> Classifier:
    return load_model(trained[0] / "model.safetensors")


# --- in Node


def test_the_modules_do_what_their_own_tests_say() -> None:
    done = subprocess.run(["node", "--test", str(SCRIPTS / "classifier.test.js")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "# fail 0" in done.stdout


def prepared_in_node(images: list[Image.Image], folder: Path) -> tuple[np.ndarray, list[str]]:
    """What `prepareImage` makes of images, and the refusals."""
    raw = b"".join(struct.pack("<II", *image.size) + image.convert("RGBA").tobytes() for image in images)
    (folder / "photos").write_bytes(raw)
    line = ["node", "--no-warnings", SCRIPTS / "prepare.js", folder / "photos", folder / "pixels"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return np.fromfile(folder / "pixels", np.float32).reshape(-1, 1, 28, 28), done.stdout.splitlines()


def test_the_same_pixels_are_prepared_to_the_same_numbers_bit_for_bit(sample: Dataset, tmp_path: Path) -> None:
    images = [
        garment_on(ground, sample.test_images[k], size, k)
        for k, (ground, size) in enumerate(zip(GROUNDS * 2, SIZES + SIZES[::-1], strict=True))
    ]
    images += [cut_out(sample.test_images[100 + k], side) for k, side in enumerate((17, 40, 301, 900, 1500))]
    images += [Image.fromarray(255 - sample.test_images[k]) for k in range(20)]
    images.append(images[1].resize((2111, 1537)))
    found, _ = prepared_in_node(images, tmp_path)
    np.testing.assert_array_equal(found, np.stack([prepare_image(image).numpy() for image in images]))


def test_refusals_are_word_for_word_those_of_python(tmp_path: Path) -> None:
    images = [Image.new("RGB", (40, 30), "red"), Image.new("RGBA", (9, 9), (0, 0, 0, 0)), Image.new("L", (7, 1))]
    expected = []
    for image in images:
        with pytest.raises(ValueError) as error:
            prepare_image(image)
        expected.append(str(error.value))
    assert prepared_in_node(images, tmp_path)[1] == expected


# --- in a browser


@pytest.fixture(scope="session")
def address(page_folder: Path) -> Iterator[str]:
    """Of the page, which does not lie at the root of its host."""
    with serve(page_folder.parent.parent) as host:
        yield f"{host}somewhere/page/"


@pytest.fixture
def demo(page: Page, address: str) -> Iterator[Page]:
    """The open page; nothing it does may be complained about, or ask another host."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status > 399 else None)
    page.on(
        "request",
        lambda request: None
        if request.url.startswith((address, "data:", "blob:"))
        else complaints.append(request.url),
    )
    page.goto(address, wait_until="networkidle")
    yield page
    assert complaints == []


ANSWERS_TO_FILES = """async (names) => {
  const { load, prepareImage } = await import(new URL("classifier.js", location));
  const { readPhoto } = await import(new URL("photo.js", location));
  const model = await load(new URL("weights.safetensors", location));
  const found = [];
  for (const name of names) {
    const pixels = prepareImage(await readPhoto(await (await fetch("/photos/" + encodeURIComponent(name))).blob()));
    found.push({ pixels: [...pixels], answers: model.classify(pixels) });
  }
  return found;
}"""
ANSWERS_TO_TENSORS = """async (images) => {
  const { load } = await import(new URL("classifier.js", location));
  const model = await load(new URL("weights.safetensors", location));
  return images.map((bytes) => model.classify(Float32Array.from(bytes, (value) => value / 255)));
}"""


def probabilities(answers: list[dict[str, object]]) -> torch.Tensor:
    found = {answer["label"]: answer["probability"] for answer in answers}
    return torch.tensor([found[label] for label in Classifier.labels])


def test_a_thousand_test_images_get_the_answers_of_python(demo: Page, exact: Classifier, sample: Dataset) -> None:
    found = demo.evaluate(ANSWERS_TO_TENSORS, sample.test_images.reshape(1000, 784).tolist())
    there = torch.stack([probabilities(answers) for answers in found])
    x = torch.tensor(sample.test_images).float()[:, None] / 255
    with torch.no_grad():
        here, exactly = (model(x).softmax(dim=1) for model in (web.as_on_the_page(exact).eval(), exact))
    assert [answers[0]["label"] for answers in found] == [exact.labels[k] for k in here.argmax(dim=1)]
    torch.testing.assert_close(there, here, rtol=0, atol=ROUNDING)
    assert (there.argmax(dim=1) == exactly.argmax(dim=1)).double().mean() >= 0.99


@pytest.fixture(scope="session")
def photo_host(page_folder: Path, photos: dict[Path, float], sample: Dataset) -> Path:
    """Photographs beside the page: those of many kinds, and a thousand test images on white."""
    folder = page_folder.parent.parent / "photos"
    folder.mkdir()
    for path in photos:
        shutil.copy(path, folder)
    for k, pixels in enumerate(sample.test_images):
        web.photograph(pixels, "white").save(folder / f"{k}.png", compress_level=1)
    return folder


def test_a_thousand_test_images_at_photo_size_get_the_answers_of_python(
    demo: Page, exact: Classifier, photo_host: Path
) -> None:
    names = [f"{k}.png" for k in range(1000)]
    found = demo.evaluate(ANSWERS_TO_FILES, names)
    x = torch.stack([prepare_image(Image.open(photo_host / name)) for name in names])
    there = torch.tensor([one["pixels"] for one in found]).reshape(-1, 1, 28, 28)
    torch.testing.assert_close(there, x, rtol=0, atol=0)
    with torch.no_grad():
        here = web.as_on_the_page(exact).eval()(x).softmax(dim=1)
    assert [one["answers"][0]["label"] for one in found] == [exact.labels[k] for k in here.argmax(dim=1)]


def test_photographs_of_every_kind_are_prepared_and_answered_as_in_python(
    demo: Page, exact: Classifier, photos: dict[Path, float], photo_host: Path
) -> None:
    found = demo.evaluate(ANSWERS_TO_FILES, [path.name for path in photos])
    model = web.as_on_the_page(exact)
    for (path, apart), one in zip(photos.items(), found, strict=True):
        x = prepare_image(open_image(path))
        there = torch.tensor(one["pixels"]).reshape(1, 28, 28)
        difference = (there - x).abs().max().item()
        assert difference <= apart, f"{path.name}: {difference}"
        answers = classify(model, x)
        assert one["answers"][0]["label"] == answers[0][0], path.name
        assert one["answers"][0]["probability"] == pytest.approx(answers[0][1], abs=ROUNDING + apart), path.name
