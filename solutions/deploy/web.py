"""The classifier as a page: int8 weights and plain ES modules, for any static host, a Space of the Hub among them.

The page's own files are in ``web/``; the book uses the same ones.
"""

import copy
from html import escape
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps

from autograder.palette import style_sheet
from solutions.data import Dataset
from solutions.deploy import demo_markup
from solutions.deploy.address import CHAPTER
from solutions.deploy.garment_answer import UNSURE_BELOW, facts
from solutions.deployment import affine_layers
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.runs.measurement import measure
from solutions.runs.model_file import read_model, to_safetensors
from solutions.runs.training_summary import training_in

SOURCES = Path(__file__).parent / "web"
DISTRIBUTION = "image-classifier-from-scratch"
INDEX, WEIGHTS, PALETTE = "index.html", "weights.safetensors", "palette.css"
FORMAT = {"format": "garment-mlp-int8", "format_version": "1"}
KEPT = ("preprocessing_version", "activation", "sizes", "labels", "input_range", "digest", "training")
GROUNDS = ("#ffffff", "#cddef0", "#d6b28c", "#e7e2d8", "#d4dfcf")


def quantise(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Round a layer's weight, float32 (in, out), to 255 steps whose size fits each unit's largest weight.

    Return the steps, int8 (in, out), and the size of a step for each unit, float32 (out,).
    """
    scale = np.abs(weight).max(axis=0) / np.float32(127)
    return np.rint(weight / np.where(scale == 0, 1, scale)).astype(np.int8), scale.astype(np.float32)


def as_on_the_page(model: Classifier) -> Classifier:
    """Return a copy of a model with the rounded weights of the page."""
    rounded = copy.deepcopy(model)
    with torch.no_grad():
        for weight, _ in affine_layers(rounded):
            steps, scale = quantise(weight.numpy())
            weight.copy_(torch.from_numpy(steps * scale))
    return rounded


def compare(model: Classifier, data: Dataset) -> dict[str, float]:
    """Measure the effect of the rounding on the test images; ``same`` is the share of equal first answers."""
    networks = model, as_on_the_page(model)
    exact, rounded = (measure(network, data.test_images, data.test_labels) for network in networks)
    same = (exact.probabilities.argmax(dim=1) == rounded.probabilities.argmax(dim=1)).double().mean().item()
    images = len(data.test_labels)
    return {"images": images, "accuracy": exact.accuracy, "int8_accuracy": rounded.accuracy, "same": same}


def page_weights(path: Path) -> bytes:
    """Return the page's model file: safetensors with int8 weights "0.weight", scales "0.scale", biases "0.bias", ….

    The metadata of the model file are kept; what is none is refused as in ``read_model``.
    """
    model, metadata = read_model(path)
    tensors: dict[str, np.ndarray] = {}
    for i, (weight, bias) in enumerate(affine_layers(model)):
        steps, scale = quantise(weight.detach().numpy())
        tensors |= {f"{i}.bias": bias.detach().numpy(), f"{i}.scale": scale, f"{i}.weight": steps}
    about = FORMAT | {"unsure_below": str(UNSURE_BELOW)} | {key: metadata[key] for key in KEPT if key in metadata}
    return to_safetensors(tensors, about)


def photograph(pixels: np.ndarray, ground: str) -> Image.Image:
    """Set an image of the data set on a ground, as a photograph of 200 by 250 pixels with a soft shadow."""
    garment = Image.fromarray(pixels).resize((150, 150), Image.Resampling.BICUBIC)
    outline = garment.point(lambda value: 255 * (value > 20))
    photo, shadow = Image.new("RGB", (200, 250), ground), Image.new("L", (200, 250))
    shadow.paste(outline.point(lambda value: value // 14), (31, 62))
    photo.paste("black", mask=shadow.filter(ImageFilter.GaussianBlur(5)))
    photo.paste(ImageOps.invert(garment), (25, 50), outline)
    return photo


def example(data: Dataset, label: int) -> Image.Image:
    """Return a photograph of a garment, made from the first test image of its class."""
    return photograph(data.test_images[np.flatnonzero(data.test_labels == label)[0]], GROUNDS[label % len(GROUNDS)])


def claim_page(folder: Path, force: bool) -> None:
    """Make the folder for a page.

    Raises:
        WrongUse: it contains something and ``force`` is not given, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise WrongUse(f"{folder}: cannot be made ({error.strerror}); name another folder") from error
    if not (is_empty or force):
        raise WrongUse(f"{folder}: is not empty; name another folder, or --force to replace the page in it")


def page_files(path: Path) -> dict[str, bytes]:
    """Return the files of a model file's page by name."""
    files = {source.name: source.read_bytes() for source in SOURCES.iterdir()}
    files |= {PALETTE: style_sheet().encode(), WEIGHTS: page_weights(path), **demo_markup.example_files()}
    model, about = read_model(path)
    listed = "\n".join(f"      <li>{escape(fact)}</li>" for fact in facts(tuple(model.labels), training_in(about)))
    page = files[INDEX].decode().replace("<!-- demo -->", demo_markup.markup(as_on_the_page(model)))
    files[INDEX] = page.replace("<!-- facts -->", listed).replace("<!-- chapter -->", chapter_link()).encode()
    return files


def write_page(path: Path, folder: Path) -> None:
    """Write the page of a model file into a folder; files of the same names are replaced, others stay."""
    for name, content in page_files(path).items():
        (folder / name).write_bytes(content)


def space_files(path: Path, card: str) -> dict[str, bytes]:
    """Return the files of a static Space by name: the page of a model file, the model and its card, the licence."""
    files = page_files(path)
    licence = next(file for file in metadata.files(DISTRIBUTION) or [] if file.name == "LICENSE").read_binary()
    readme = files["README.md"] + f"\n{card}".encode()
    return files | {"README.md": readme, "LICENSE": licence, "model.safetensors": path.read_bytes()}


def chapter_link() -> str:
    """Return the name of the chapter that explains the page: a link where the book is published."""
    name = "chapter 6 of the book"
    return f'<a href="{escape(CHAPTER)}">{name}</a>' if CHAPTER else name
