"""When two observations tell the same story.

Tensors are compared by dtype, shape and value within a tolerance, NaN equal to NaN. Samples are compared as
distributions by the two-sample Kolmogorov-Smirnov distance D: for n draws each from one distribution

    P(D > e) <= 2 exp(-n e^2)

(Wei & Dudley 2012, doi 10.1016/j.spl.2011.11.012, for n >= 458). The threshold below makes that 10^-10, so a check
with up to nine samples fails a right answer less than once in 10^9 runs.
"""

from __future__ import annotations

import math
import re

import numpy as np
import torch
from torch import Tensor

from autograder.checks import Observation, Raised, Sample
from autograder.verdicts import Answer

SAMPLE_ERROR = 1e-10
TOLERANCE = {torch.float64: (1e-9, 1e-10), torch.float32: (1e-4, 1e-5)}


def same(observed: Observation, expected: Observation) -> bool:
    """Whether two observations tell the same story, by the rule of the expected one."""
    if isinstance(expected, Sample):
        draws = observed.draws if isinstance(observed, Sample) else observed
        return isinstance(draws, Tensor) and same_distribution(draws, expected.draws)
    if isinstance(observed, Sample):
        return False
    if isinstance(expected, Tensor):
        return isinstance(observed, Tensor) and same_tensor(observed, expected)
    if isinstance(expected, Raised):
        return isinstance(observed, Raised) and same_error(observed, expected)
    if isinstance(expected, float) and isinstance(observed, float):
        return math.isclose(observed, expected, rel_tol=1e-6) or (math.isnan(observed) and math.isnan(expected))
    return type(observed) is type(expected) and observed == expected


def same_tensor(observed: Tensor, expected: Tensor) -> bool:
    """Whether dtype and shape agree, and the values within the dtype's tolerance."""
    if observed.dtype != expected.dtype or observed.shape != expected.shape:
        return False
    if not expected.is_floating_point():
        return torch.equal(observed, expected)
    rtol, atol = tolerance_of(expected.dtype)
    return torch.allclose(observed, expected, rtol=rtol, atol=atol, equal_nan=True)


def tolerance_of(dtype: torch.dtype) -> tuple[float, float]:
    """Return the relative and the absolute tolerance for a floating dtype."""
    return TOLERANCE.get(dtype, (1e-2, 1e-2))


def same_error(observed: Raised, expected: Raised) -> bool:
    """Two refusals are the same whatever they say; other errors where kind and message agree but for numbers."""
    if observed.is_refusal and expected.is_refusal:
        return True
    without_numbers = [re.sub(r"0x[0-9a-f]+|\d+", "#", error.message) for error in (observed, expected)]
    return observed.kind == expected.kind and without_numbers[0] == without_numbers[1]


def same_distribution(observed: Tensor, expected: Tensor) -> bool:
    """Whether two samples, each of shape (n,), can come from one distribution (see the module's text)."""
    # As many as the reference draws: of a few numbers almost any could be drawn.
    if observed.dtype != expected.dtype or observed.shape != expected.shape or expected.dim() != 1:
        return False
    if torch.equal(observed, expected):
        return True
    threshold = math.sqrt(math.log(2 / SAMPLE_ERROR) / len(expected))
    return distance(observed, expected) <= threshold


def distance(observed: Tensor, expected: Tensor) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap between the two distribution functions."""
    # numpy sorts, and looks up a sorted list, several times faster than torch does.
    a, b = (np.sort(sample.double().numpy()) for sample in (observed, expected))
    if np.isnan(a).any() or np.isnan(b).any():
        return 0.0 if np.isnan(a).all() and np.isnan(b).all() else 1.0
    below = [np.searchsorted(sample, np.concatenate([a, b]), side="right") / len(sample) for sample in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def same_answer(observed: Answer, expected: Answer) -> bool:
    """Whether two answers agree in kind and in every observation."""
    return (
        observed.kind == expected.kind
        and observed.observations.keys() == expected.observations.keys()
        and all(same(observed.observations[name], value) for name, value in expected.observations.items())
    )
