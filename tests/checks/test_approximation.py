"""What must hold of chapter 1 in particular; test_every_room has what holds of each."""

import numpy as np
import torch

from autograder.course import Course, names_of_source
from solutions.approximation import relu_interpolant
from tests.checks.conftest import SEED, Judge, failed, named

ROOM = "approximation"
COURSE = Course.installed()


def test_a_table_look_up_earns_nothing(verdicts_on: Judge) -> None:
    """It is right at every x, and no network: the change of slope cannot be left out."""
    source = COURSE.source(ROOM) + "\n\n".join(
        [
            "\nimport numpy as np",
            "def relu_interpolant(knots, values):",
            "    return lambda x: torch.from_numpy(np.interp(x.detach().numpy(), knots, values)).to(knots.dtype)",
        ]
    )
    verdicts = verdicts_on(ROOM, names_of_source(source, "table"), SEED)
    assert not [v for v in verdicts if v.check.exercise == "relu_interpolant" and v.passed]
    assert named(failed(verdicts)) == {"interpolant-function"}


def test_no_check_judges_randomness() -> None:
    """Inputs are random and answers are compared number by number; so a right answer never fails by chance.

    The points of relu_interpolant are short binary fractions with gaps of powers of two: sums of them are exact in
    float32, in any order, which is shown here with the sums turned round.
    """
    from solutions.checks.approximation import inside, network_of, points

    for seed in range(200):
        rng = torch.Generator().manual_seed(seed)
        knots, values = points(rng)
        x = inside(knots, rng)
        exact = np.interp(x.double().numpy(), knots.double().numpy(), values.double().numpy())
        network = network_of(relu_interpolant(knots, values))
        assert (network(x).double() - torch.from_numpy(exact)).abs().max() == 0
        assert sorted(knots.diff().tolist()) == [0.5, 1.0, 1.0, 2.0]
