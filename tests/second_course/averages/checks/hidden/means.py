"""Hidden checks of means: students see their titles and results alone."""

from types import SimpleNamespace

import numpy as np

from autograder.checks import Observations, check, refusal


@check("standardize", points=1, title="The argument keeps its values")
def untouched(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    table = rng.normal(size=(4, 2))
    return {"standardized": names.standardize(table), "argument": table}


@check("moving_average", points=1, title="A width that does not fit is refused")
def refused(names: SimpleNamespace, rng: np.random.Generator) -> Observations:
    values = rng.normal(size=4)
    return {f"width {width}": refusal(lambda width=width: names.moving_average(values, width)) for width in (0, 4, 5)}
