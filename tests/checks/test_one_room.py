"""What must hold of the checks of one room in particular; test_every_room has what holds of each."""

import inspect
import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from autograder.course import Course, names_of_source
from autograder.mistakes import Mistake
from solutions.approximation import relu_interpolant
from solutions.checks.approximation import inside, points
from solutions.checks.deployment import overheated
from solutions.checks.dropout import fill, random_values
from solutions.deployment import prepare_image, temperature
from tests.checks.conftest import Judge, failed, named

COURSE = Course.installed()


# --- approximation


def test_a_table_that_forgets_gradients_loses_one_check_and_not_the_exercise(verdicts_on: Judge) -> None:
    """Numbers alone would pass: numpy's look-up is right at every x and passes no gradient on."""
    source = COURSE.source("approximation") + "\n\n".join(
        [
            "\nimport numpy as np",
            "def look_up(knots, values):",
            "    return lambda x: torch.from_numpy(np.interp(x.detach().numpy(), knots, values)).to(knots.dtype)",
            "whole = relu_interpolant",
            "def relu_interpolant(knots, values):",
            "    whole(knots, values)",
            "    return look_up(knots.clone(), values.clone())",
        ]
    )
    lost = failed(verdicts_on("approximation", names_of_source(source, "table"), 3))
    assert [verdict.check.name for verdict in lost] == ["slopes"]
    assert named(lost) == {"interpolant-detached"}


def test_no_check_judges_randomness() -> None:
    """Inputs are random and answers are compared number by number; so a right answer never fails by chance.

    The points of relu_interpolant are short binary fractions with gaps of powers of two: sums of them are exact in
    float32, in any order, which is shown here with the sums turned round.
    """
    for seed in range(200):
        rng = torch.Generator().manual_seed(seed)
        knots, values = points(rng)
        x = inside(knots, rng)
        exact = np.interp(x.double().numpy(), knots.double().numpy(), values.double().numpy())
        assert (relu_interpolant(knots, values)(x).double() - torch.from_numpy(exact)).abs().max() == 0
        assert sorted(knots.diff().tolist()) == [0.5, 1.0, 1.0, 2.0]


# --- dropout


def test_the_checks_put_the_students_dropout_back(verdicts_on: Judge) -> None:
    names = names_of_source(COURSE.source("dropout"), "put.back")
    verdicts_on("dropout", names, 3)
    assert inspect.unwrap(names.Classifier.__init__).__globals__["Dropout"] is names.Dropout


@pytest.mark.parametrize(
    "mistake", [m for m in COURSE.mistakes("dropout") if m.exercise == "Classifier"], ids=lambda mistake: mistake.id
)
def test_mistakes_in_a_notebook_are_named_though_its_layers_are_pytorchs(mistake: Mistake, verdicts_on: Judge) -> None:
    """As a notebook has them, whose weights are (out, in)."""
    lines = [line for line in mistake.apply(COURSE.source("dropout")).splitlines() if "from solutions." not in line]
    source = "\n".join(["from torch.nn import Flatten, Linear, ReLU, Sequential", *lines])
    assert named(verdicts_on("dropout", names_of_source(source, "torch.mistaken"), 5)) == {mistake.id}


def test_a_parameter_that_no_classifier_has_is_set_to_zeros() -> None:
    model = COURSE.names("dropout").Classifier()
    model.temperature = nn.Parameter(torch.ones(3))
    fill(model, random_values(torch.Generator()))
    assert model.temperature.tolist() == [0, 0, 0]


# --- deployment


def test_the_logits_of_the_checks_are_calibrated_by_the_temperature_that_was_drawn() -> None:
    for seed in range(20):
        given = overheated(1.7, torch.Generator().manual_seed(seed), classes=6)
        assert temperature(*given) == pytest.approx(1.7, rel=1e-3)


@pytest.mark.parametrize("quality", [60, 90])
def test_a_jpeg_photograph_is_prepared_like_the_drawing_it_was_made_of(quality: int) -> None:
    """Not asked of students: the noise that JPEG leaves around an edge."""
    drawing = Image.new("RGB", (300, 400), (210, 220, 235))
    drawing.paste((40, 60, 50), (90, 60, 210, 340))
    file = io.BytesIO()
    drawing.save(file, "JPEG", quality=quality)
    difference = np.abs((prepare_image(Image.open(file)) - prepare_image(drawing)).numpy())
    assert np.mean(difference) < 0.02
