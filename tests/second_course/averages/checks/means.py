"""What the averages must do."""

from types import SimpleNamespace

import numpy as np

from autograder.checks import Observations, check, refusal


@check("standardize", points=2, title="Each column has the mean 0 and the standard deviation 1")
def columns(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    return {"table": names.standardize(rng.normal(3, 2, size=(5, 3)))}


@check("standardize", points=1, hidden=True, title="The argument keeps its values")
def untouched(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    table = rng.normal(size=(4, 2))
    return {"standardized": names.standardize(table), "argument": table}


@check("moving_average", points=2, title="Each average is over as many neighbours as the width says")
def windows(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    return {"averages": names.moving_average(rng.normal(size=6), 3)}


@check("moving_average", points=1, hidden=True, title="A width that does not fit is refused")
def refused(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    values = rng.normal(size=4)
    return {f"width {width}": refusal(lambda width=width: names.moving_average(values, width)) for width in (0, 4, 5)}
