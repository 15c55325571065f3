"""Photographs of held-out garments: what they are, and that the preprocessing is worth its lines on each of them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from solutions.data import SAMPLE_FOLDER, Dataset
from solutions.deploy.photos import GROUNDS, accuracy_by_ground, held_out, photograph, photographs, resize_and_invert
from solutions.deployment import export_model, prepare_image
from solutions.dropout import Classifier

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_photograph_has_the_size_and_mode_of_its_kind(sample: Dataset, ground: str) -> None:
    photo = photograph(sample.test_images[0], ground, np.random.default_rng(0))
    assert photo.size == (600, 800)
    assert (photo.mode, photo.format) == (("RGBA", "PNG") if ground == "transparent" else ("RGB", "JPEG"))


def test_a_photograph_depends_on_its_garment_ground_and_seed_alone(sample: Dataset) -> None:
    one, other = held_out(sample.test_labels, 2, seed=0)[:2]
    alone = next(photographs(sample.test_images, "grey", np.array([other]), seed=3))
    second = list(photographs(sample.test_images, "grey", np.array([one, other]), seed=3))[1]
    elsewhere = next(photographs(sample.test_images, "grey", np.array([other]), seed=4))
    assert alone.tobytes() == second.tobytes()
    assert alone.tobytes() != elsewhere.tobytes()


def test_the_ground_is_what_it_is_called(sample: Dataset) -> None:
    indices = held_out(sample.test_labels, 1, seed=0)
    corners = {
        ground: np.array(
            [np.asarray(photo)[2, 2].astype(int) for photo in photographs(sample.test_images, ground, indices, 0)]
        )
        for ground in GROUNDS
    }
    assert corners["white"].min() > 190  # the light falls off
    assert np.ptp(corners["grey"], axis=1).max() < 25
    assert np.ptp(corners["coloured"], axis=1).min() > 25
    assert corners["transparent"].max() == 0


def test_the_same_number_of_each_class_is_held_out(sample: Dataset) -> None:
    indices = held_out(sample.test_labels, 5, seed=1)
    assert np.bincount(sample.test_labels[indices]).tolist() == [5] * 10
    assert len(set(indices.tolist())) == 50


@pytest.mark.parametrize("ground", GROUNDS)
def test_what_is_prepared_is_like_the_garment_and_what_is_only_resized_is_not(sample: Dataset, ground: str) -> None:
    def likeness(x: torch.Tensor, garment: np.ndarray) -> float:
        return float(np.corrcoef(x.flatten().numpy(), garment.flatten())[0, 1])

    indices = held_out(sample.test_labels, 2, seed=2)
    photos = list(photographs(sample.test_images, ground, indices, seed=2))
    garments = sample.test_images[indices]
    prepared = np.mean([likeness(prepare_image(photo), one) for photo, one in zip(photos, garments, strict=True)])
    resized = np.mean([likeness(resize_and_invert(photo), one) for photo, one in zip(photos, garments, strict=True)])
    assert prepared > 0.85
    assert resized < 0.6


def test_on_each_ground_more_are_right_than_after_resizing(sample: Dataset, quick_model: Classifier) -> None:
    results = accuracy_by_ground(quick_model, sample.test_images, sample.test_labels, per_class=4)
    assert [result.ground for result in results] == list(GROUNDS)
    for result in results:
        assert result.count == 40
        assert result.accuracy > result.accuracy_plain + 0.3, result.ground
        assert result.right + len(result.failures) == result.count
        assert all(failure.given != failure.label for failure in result.failures)


def test_a_photograph_that_is_refused_is_wrong(sample: Dataset, quick_model: Classifier) -> None:
    nothing = np.zeros_like(sample.test_images)
    result = accuracy_by_ground(quick_model, nothing, sample.test_labels, per_class=1)[-1]
    assert result.accuracy == 0
    assert {(failure.prepared, failure.given) for failure in result.failures} == {(None, None)}


def test_the_tool_prints_each_ground_and_shows_what_is_wrong(tmp_path: Path, quick_model: Classifier) -> None:
    export_model(quick_model, tmp_path / "model.safetensors")
    command = [sys.executable, "tools/photos.py", "--model", tmp_path / "model.safetensors", "--data", SAMPLE_FOLDER]
    command += ["--per-class", "1", "--out", tmp_path / "photos"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr
    grounds = json.loads((tmp_path / "photos" / "photos.json").read_text())["grounds"]
    for ground in grounds:
        assert f"{ground['accuracy']:.1%}" in result.stdout
        assert ground["photographs"] == 10
        assert len(ground["wrong"]) == round(10 * (1 - ground["accuracy"]))
    names = {path.name for path in (tmp_path / "photos").iterdir()}
    assert names == {"photos.json", "examples.png", *(f"failures-{ground}.png" for ground in GROUNDS)}
