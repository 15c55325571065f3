"""Chapter 6: the model file, the answer, and the preprocessing as laws."""

import hashlib
import json
import random
import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps
from safetensors.torch import load_file, save_file
from torch import nn

from solutions import data
from solutions.data import Dataset
from solutions.deploy.web import GROUNDS, photograph
from solutions.deployment import affine_layers, classify, export_model, load_model, prepare_image, temperature
from solutions.dropout import Classifier
from solutions.training import Report
from tests.conftest import ROOT

# --- the model file


def contents(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    size = int.from_bytes(path.read_bytes()[:8], "little")
    return load_file(path), json.loads(path.read_bytes()[8 : 8 + size])["__metadata__"]


def test_the_file_contains_tensors_and_metadata(tmp_path: Path) -> None:
    model = Classifier()
    export_model(model, tmp_path / "model", {"test_accuracy": 0.5})
    tensors, metadata = contents(tmp_path / "model")
    shapes = [list(tensor.shape) for _, tensor in sorted(tensors.items())]
    assert shapes == [[256], [784, 256], [64], [256, 64], [10], [64, 10]]
    digest = hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))).hexdigest()
    assert json.loads(metadata.pop("labels")) == list(Classifier.labels)
    assert json.loads(metadata.pop("training")) == {"test_accuracy": 0.5}
    assert metadata == {
        "format": "garment-mlp",
        "format_version": "1",
        "preprocessing_version": "1",
        "activation": "relu",
        "sizes": "[784, 256, 64, 10]",
        "input_range": "[0, 1]",
        "digest": digest,
    }


def test_the_model_comes_back_bit_for_bit_in_evaluation_mode(tmp_path: Path) -> None:
    model = Classifier()
    model.labels = tuple("abcdefghij")
    export_model(model, tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    torch.testing.assert_close(loaded.state_dict(), model.state_dict(), rtol=0, atol=0)
    assert not any(module.training for module in loaded.modules())
    assert tuple(loaded.labels) == tuple("abcdefghij")
    assert Classifier.labels[0] == "T-shirt/top"


def test_export_leaves_the_model_unchanged_and_writes_one_file(tmp_path: Path) -> None:
    model = Classifier().double().train()
    export_model(model, tmp_path / "model")
    assert model.training
    assert affine_layers(model)[0][0].dtype == torch.float64
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": "other"}, "format"),
        ({"format": None}, "format"),
        ({"format_version": "2"}, "format_version"),
        ({"preprocessing_version": "2"}, "preprocessing_version"),
        ({"sizes": "[784, 256, 32, 10]"}, "sizes"),
        ({"input_range": "[-1, 1]"}, "input_range"),
        ({"activation": "tanh"}, "activation"),
        ({"labels": None}, "labels"),
        ({"digest": "0" * 64}, "digest"),
        ({"digest": None}, "digest"),
        ({"1.bias": torch.ones(64)}, "digest"),
        ({"1.bias": None}, "not those of 784-256-64-10"),
        ({"3.weight": torch.zeros(10, 10)}, "not those of 784-256-64-10"),
        ({"1.weight": torch.zeros(64, 256)}, "not those of 784-256-64-10"),
    ],
    ids=lambda value: value if isinstance(value, str) else ", ".join(value),
)
def test_a_changed_model_is_refused(tmp_path: Path, changes: dict[str, str | torch.Tensor | None], says: str) -> None:
    path = tmp_path / "model.safetensors"
    export_model(Classifier(), path)
    tensors, metadata = contents(path)
    changed = {name: value for name, value in (tensors | metadata | changes).items() if value is not None}
    texts = {name: value for name, value in changed.items() if isinstance(value, str)}
    save_file({name: value for name, value in changed.items() if name not in texts}, path, texts)
    with pytest.raises(ValueError, match=f"{path.name}: .*{says}"):
        load_model(path)


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    torch.save(Classifier(), tmp_path / "model")
    with pytest.raises(ValueError, match="not a safetensors file"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize("layer", ["ours", "PyTorch's"])
def test_load_model_reads_the_chapters_own_file(layer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the notebook's network is made of the student's own layers or of PyTorch's."""
    chapter = (ROOT / "chapters" / "5-training.md").read_text(encoding="utf-8")
    (cell,) = (part for part in re.findall(r"^```\{code-cell\}.*?^```$", chapter, re.M | re.S) if "save_file(t" in part)
    code = cell.partition("[needs-exercises]\n")[2].removesuffix("```")
    net = Classifier()
    if layer == "PyTorch's":
        sizes = [784, 256, 64, 10]
        net = nn.Sequential(nn.Flatten(), *(nn.Linear(*pair) for pair in pairwise(sizes)))
    names = {"learner": SimpleNamespace(model=net), "report": Report(0.8, (0.7, 0.9), {}), "train_x": [0] * 3000}
    names |= {"hashlib": hashlib, "json": json, "nn": nn, "save_file": save_file, "NAMES": Classifier.labels}
    monkeypatch.chdir(tmp_path)
    exec(code, names)
    loaded = load_model(tmp_path / "mine.safetensors")
    for read, written in zip(affine_layers(loaded), affine_layers(net), strict=True):
        assert torch.equal(read[0], written[0]) and torch.equal(read[1], written[1])
    assert list(loaded.labels) == list(Classifier.labels)


# --- the answer


@pytest.mark.parametrize(
    "ground", [GROUNDS[0], *(pytest.param(ground, marks=pytest.mark.deep) for ground in GROUNDS[1:])]
)
def test_photographs_of_test_images_get_the_images_answers(model_file: Path, sample: Dataset, ground: str) -> None:
    model = load_model(model_file)
    chosen = range(0, 1000, 25)
    direct = [classify(model, torch.tensor(sample.test_images[i]).float()[None] / 255)[0][0] for i in chosen]
    photos = [classify(model, photograph(sample.test_images[i], ground))[0][0] for i in chosen]
    same = np.mean([a == b for a, b in zip(direct, photos, strict=True)])
    assert same >= 0.8


def test_the_temperature_of_large_logits_is_that_of_their_differences() -> None:
    """Of numbers near 4,000 a float64 has no digits left for what is a hundred-billionth of them."""
    logits, target = torch.tensor([[4278.4, 4281.7, 4284.2]], dtype=torch.float64), torch.tensor([2])
    assert (
        temperature(logits, target) == pytest.approx(temperature(logits - 4284.2, target)) == pytest.approx(0.05, 1e-3)
    )


# --- the preprocessing: whatever the mode, turn and margins of the picture, the same 28×28

GARMENTS = data.load(data.SAMPLE_FOLDER).test_images
# Every mode in which a decoder of Pillow may leave a picture.
MODES = ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16", "I;16B"]

garments = st.integers(0, len(GARMENTS) - 1).map(lambda index: GARMENTS[index])
light = st.integers(200, 255)  # a ground from which every garment here stands out


def laid(
    garment: np.ndarray, scale: int = 5, margin: tuple[int, ...] = (20, 30, 40, 50), ground: int = 255
) -> Image.Image:
    """Return a garment of the data set, none of it lighter than 125, on a plain ground: mode L."""
    tones = np.where(garment > 0, 255 - garment.clip(130), ground).astype(np.uint8).repeat(scale, 0).repeat(scale, 1)
    return ImageOps.expand(Image.fromarray(tones), margin, ground)


def in_mode(grey: Image.Image, mode: str) -> Image.Image:
    """Return the same picture in another mode; grey to 16 bits means that 255 becomes 65,535."""
    if mode == "1":
        return grey.convert("1", dither=Image.Dither.NONE)
    if mode in ("I", "I;16", "I;16B"):
        kind = {"I": np.int32, "I;16": "<u2", "I;16B": ">u2"}[mode]
        values = np.asarray(grey).astype(kind) * 257
        return Image.frombytes(mode, grey.size, values.tobytes()) if mode == "I;16B" else Image.fromarray(values)
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(grey.convert("RGB"), *profiles, outputMode="LAB")
    between = {"PA": "P", "HSV": "RGB"}.get(mode)
    return (grey.convert(between) if between else grey).convert(mode)


def same(image: Image.Image, expected: Image.Image, most: float = 0.02) -> None:
    """Compare the 28×28 of both: no pixel differs by more than ``most``, and all together by a tenth of it."""
    difference = (prepare_image(image) - prepare_image(expected)).abs()
    assert difference.max() <= most
    assert difference.mean() <= most / 10


def box(x: torch.Tensor) -> torch.Tensor:
    """Return the first and last row and column in which something is."""
    rows, columns = (torch.nonzero((x[0] > 0.05).any(dim=dim)) for dim in (1, 0))
    return torch.cat([rows[0], rows[-1], columns[0], columns[-1]])


@settings(max_examples=40)
@given(garments, st.sampled_from(MODES), light)
def test_any_mode_gives_the_same_picture(garment: np.ndarray, mode: str, ground: int) -> None:
    grey = laid(garment, ground=ground)
    if mode == "1":  # it has no greys
        grey = grey.point(lambda value: 255 * (value > 125))
    image = in_mode(grey, mode)
    assert image.mode == mode
    same(image, grey, 0.1 if mode == "LAB" else 0.02)  # a byte of lightness is coarser than a byte of grey


@pytest.mark.deep
def test_margins_of_any_width_do_not_move_the_garment_and_hardly_ever_change_its_numbers() -> None:
    """A hole or a tip can be finer than the blocks in which a garment is looked for: where a block begins is chance."""
    draw, changed = random.Random(0), 0
    for garment in draw.sample(range(len(GARMENTS)), 150):
        scale, sides = draw.randint(3, 12), [[draw.randint(2, 150) for _ in range(4)] for _ in range(2)]
        x, moved = (prepare_image(laid(GARMENTS[garment], scale, tuple(margin))) for margin in sides)
        assert (box(x) - box(moved)).abs().max() <= 1
        changed += bool((x - moved).abs().mean() > 0.02)
    assert changed <= 0.03 * 150


def test_specks_of_noise_do_not_widen_the_garment_and_the_image_is_left_alone() -> None:
    image = laid(GARMENTS[0], 20, (100, 100, 100, 100))
    clean = prepare_image(image)
    for at in [(5, 5), (750, 600), (90, 750)]:
        image.putpixel(at, 0)
    before = image.tobytes()
    torch.testing.assert_close(prepare_image(image), clean, atol=0.05, rtol=0)
    assert (image.mode, image.tobytes()) == ("L", before)
