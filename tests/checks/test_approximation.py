"""What must hold of chapter 1 in particular; test_every_room has what holds of each."""

import numpy as np
import torch

from autograder.course import Course, names_of_source
from solutions.approximation import relu_interpolant
from tests.checks.conftest import SEED, Judge, failed, named

ROOM = "approximation"
COURSE = Course.installed()


def test_a_table_that_forgets_gradients_loses_one_check_and_not_the_exercise(verdicts_on: Judge) -> None:
    """Numbers alone would pass: numpy's look-up is right at every x and passes no gradient on."""
    source = COURSE.source(ROOM) + "\n\n".join(
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
    lost = failed(verdicts_on(ROOM, names_of_source(source, "table"), SEED))
    assert [verdict.check.name for verdict in lost] == ["slopes"]
    assert named(lost) == {"interpolant-detached"}


def test_no_check_judges_randomness() -> None:
    """Inputs are random and answers are compared number by number; so a right answer never fails by chance.

    The points of relu_interpolant are short binary fractions with gaps of powers of two: sums of them are exact in
    float32, in any order, which is shown here with the sums turned round.
    """
    from solutions.checks.approximation import inside, points

    for seed in range(200):
        rng = torch.Generator().manual_seed(seed)
        knots, values = points(rng)
        x = inside(knots, rng)
        exact = np.interp(x.double().numpy(), knots.double().numpy(), values.double().numpy())
        assert (relu_interpolant(knots, values)(x).double() - torch.from_numpy(exact)).abs().max() == 0
        assert sorted(knots.diff().tolist()) == [0.5, 1.0, 1.0, 2.0]
