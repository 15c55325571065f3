"""What must hold of chapter 6 in particular; test_every_room has what holds of each."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from autograder.checks import checks_of
from autograder.course import Course
from autograder.observe import observe
from solutions.checks.deployment import close, overheated
from solutions.deployment import prepare_image, temperature

ROOM = "deployment"
COURSE = Course.installed()


def test_observations_are_small() -> None:
    """No weights are recorded."""
    for check in checks_of(ROOM):
        observed = observe(check, COURSE.names(ROOM), 5).observations.values()
        assert all(value.numel() <= 10 for value in observed if isinstance(value, torch.Tensor)), check.id


def test_the_logits_of_the_checks_are_calibrated_by_the_temperature_that_was_drawn() -> None:
    for seed in range(20):
        given = overheated(1.7, torch.Generator().manual_seed(seed), classes=6)
        assert temperature(*given) == pytest.approx(1.7, rel=1e-3)


# --- oracles


@pytest.mark.parametrize(("value", "expected"), [(0.88, 0.84), (0.79, 0.84), (0.95, 0.9), (0.2, 0.2)])
def test_a_number_is_reported_as_drawn_where_it_is_close(value: float, expected: float) -> None:
    assert close(value, 0.84) == expected


@pytest.mark.parametrize("quality", [60, 90])
def test_a_jpeg_photograph_is_prepared_like_the_drawing_it_was_made_of(quality: int) -> None:
    """Not asked of students: the noise that JPEG leaves around an edge."""
    drawing = Image.new("RGB", (300, 400), (210, 220, 235))
    drawing.paste((40, 60, 50), (90, 60, 210, 340))
    file = io.BytesIO()
    drawing.save(file, "JPEG", quality=quality)
    difference = np.abs((prepare_image(Image.open(file)) - prepare_image(drawing)).numpy())
    assert np.mean(difference) < 0.02
