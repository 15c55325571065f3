"""Photographs of held-out garments: what they are, and that the preprocessing is worth its lines on each of them."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from bench.photographs import KINDS, PLAIN, accuracy_by_kind, held_out, photographs, resize_and_invert
from solutions.data import SAMPLE_FOLDER, Dataset
from solutions.deployment import export_model, load_model, prepare_image
from solutions.dropout import Classifier
from solutions.runs.folders import COURSE_MODEL
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def quick_model(sample: Dataset) -> Classifier:
    """Trained for seconds on the sample, mirrored and shifted as garments in photographs are."""
    torch.manual_seed(0)
    images, labels = torch.tensor(sample.train_images).float() / 255, torch.tensor(sample.train_labels).long()
    model = Classifier(dropout=0.1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for _ in range(8):
        for chosen in torch.randperm(len(images)).split(100):
            batch = images[chosen].roll(tuple(torch.randint(-1, 2, (2,)).tolist()), (1, 2))
            mirrored = torch.rand(len(batch), 1, 1) < 0.5
            loss = F.cross_entropy(model(torch.where(mirrored, batch.flip(2), batch)), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


@pytest.fixture(scope="session")
def indices(sample: Dataset) -> np.ndarray:
    """A garment of each class."""
    return held_out(sample.test_labels, 1, seed=2)


@pytest.fixture(scope="session")
def photos(sample: Dataset, indices: np.ndarray) -> dict[str, list[Image.Image]]:
    """These garments on each kind of background."""
    return {kind: list(photographs(sample.test_images, kind, indices, seed=2)) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_a_photograph_has_the_size_and_mode_of_its_kind(photos: dict[str, list[Image.Image]], kind: str) -> None:
    kinds = {(photo.size, photo.mode, photo.format) for photo in photos[kind]}
    assert kinds == {((600, 800), *(("RGBA", "PNG") if kind == "transparent" else ("RGB", "JPEG")))}


def test_a_photograph_depends_on_its_garment_kind_and_seed_alone(sample: Dataset) -> None:
    one, other = 3, 5
    alone = next(photographs(sample.test_images, "grey", np.array([other]), seed=3))
    second = list(photographs(sample.test_images, "grey", np.array([one, other]), seed=3))[1]
    elsewhere = next(photographs(sample.test_images, "grey", np.array([other]), seed=4))
    assert alone.tobytes() == second.tobytes()
    assert alone.tobytes() != elsewhere.tobytes()


def test_a_plain_background_is_what_it_is_called(photos: dict[str, list[Image.Image]]) -> None:
    corners = {kind: np.array([photo.getpixel((2, 2)) for photo in of_kind]) for kind, of_kind in photos.items()}
    assert corners["white"].min() > 190  # the light falls off
    assert np.ptp(corners["grey"], axis=1).max() < 25
    assert np.ptp(corners["coloured"], axis=1).min() > 25
    assert corners["transparent"].max() == 0


def test_the_same_number_of_each_class_is_held_out(sample: Dataset) -> None:
    indices = held_out(sample.test_labels, 5, seed=1)
    assert np.bincount(sample.test_labels[indices]).tolist() == [5] * 10
    assert len(set(indices.tolist())) == 50


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_prepared_is_like_the_garment_and_what_is_only_resized_is_not(
    sample: Dataset, indices: np.ndarray, photos: dict[str, list[Image.Image]], kind: str
) -> None:
    def likeness(prepare: Callable[[Image.Image], torch.Tensor]) -> float:
        pairs = zip(photos[kind], sample.test_images[indices], strict=True)
        return np.mean([np.corrcoef(prepare(photo).flatten(), garment.flatten())[0, 1] for photo, garment in pairs])

    prepared, resized = likeness(prepare_image), likeness(resize_and_invert)
    if kind in PLAIN:
        assert prepared > 0.75
        assert resized < 0.45
    assert prepared > resized


@pytest.mark.deep
@pytest.mark.long("photographs on each kind of background")
def test_on_each_background_more_are_right_than_after_resizing(sample: Dataset, quick_model: Classifier) -> None:
    results = accuracy_by_kind(quick_model, sample.test_images, sample.test_labels, per_class=2)
    assert [result.kind for result in results] == list(KINDS)
    for result in results:
        assert result.count == 20
        assert result.accuracy > result.accuracy_plain + (0.3 if result.kind in PLAIN else 0), result.kind
        assert result.right + len(result.failures) == result.count
        assert all(failure.given != failure.label for failure in result.failures)


@pytest.mark.deep
@pytest.mark.long("photographs on each kind of background")
def test_a_photograph_that_is_refused_is_wrong(sample: Dataset, quick_model: Classifier) -> None:
    nothing = np.zeros_like(sample.test_images)
    result = accuracy_by_kind(quick_model, nothing, sample.test_labels, per_class=1)[-1]
    assert result.accuracy == 0
    assert {(failure.prepared, failure.given) for failure in result.failures} == {(None, None)}


@pytest.mark.deep
@pytest.mark.long("photographs on each kind of background")
def test_the_tool_prints_each_background_and_shows_what_is_wrong(tmp_path: Path, quick_model: Classifier) -> None:
    export_model(quick_model, tmp_path / "model.safetensors")
    command = [sys.executable, "-m", "bench.photos", "--model", tmp_path / "model.safetensors", "--data", SAMPLE_FOLDER]
    command += ["--per-class", "1", "--out", tmp_path / "photos"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stderr
    kinds = json.loads((tmp_path / "photos" / "photos.json").read_text())["kinds"]
    for kind in kinds:
        assert f"{kind['accuracy']:.1%}" in result.stdout
        assert kind["photographs"] == 10
        assert len(kind["wrong"]) == round(10 * (1 - kind["accuracy"]))
    names = {path.name for path in (tmp_path / "photos").iterdir()}
    assert names == {"photos.json", "examples.png", *(f"failures-{kind}.png" for kind in KINDS)}


@pytest.mark.deep
@pytest.mark.long("four hundred photographs")
def test_the_courses_own_model_is_right_for_four_of_five_photographs_on_each_plain_background(full: Dataset) -> None:
    """With 100 photographs a kind, and one seed; ``make photos`` makes as many as one likes."""
    model = load_model(COURSE_MODEL)
    for result in accuracy_by_kind(model, full.test_images, full.test_labels, per_class=10):
        assert result.accuracy >= 0.8 or result.kind not in PLAIN, result.kind
