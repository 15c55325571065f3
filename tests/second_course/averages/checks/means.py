"""What the averages must do."""

from types import SimpleNamespace

import numpy as np

from autograder.checks import Observations, check


@check("standardize", points=2, title="Each column has the mean 0 and the standard deviation 1")
def columns(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    return {"table": names.standardize(rng.normal(3, 2, size=(5, 3)))}


@check("moving_average", points=2, title="Each average is over as many neighbours as the width says")
def windows(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    return {"averages": names.moving_average(rng.normal(size=6), 3)}
