"""What must hold of chapter 6 in particular; test_every_room has what holds of each."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from solutions.checks.deployment import overheated
from solutions.deployment import prepare_image, temperature


def test_the_logits_of_the_checks_are_calibrated_by_the_temperature_that_was_drawn() -> None:
    for seed in range(20):
        given = overheated(1.7, torch.Generator().manual_seed(seed), classes=6)
        assert temperature(*given) == pytest.approx(1.7, rel=1e-3)


# --- oracles


@pytest.mark.parametrize("quality", [60, 90])
def test_a_jpeg_photograph_is_prepared_like_the_drawing_it_was_made_of(quality: int) -> None:
    """Not asked of students: the noise that JPEG leaves around an edge."""
    drawing = Image.new("RGB", (300, 400), (210, 220, 235))
    drawing.paste((40, 60, 50), (90, 60, 210, 340))
    file = io.BytesIO()
    drawing.save(file, "JPEG", quality=quality)
    difference = np.abs((prepare_image(Image.open(file)) - prepare_image(drawing)).numpy())
    assert np.mean(difference) < 0.02
