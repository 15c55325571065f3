"""Compare observations: when two of them tell the same story.

Tensors and NumPy's arrays are compared by dtype, shape and value within a tolerance, NaN equal to NaN. Numbers of
Python's are equal within a relative 10^-6, and texts character by character. Samples are compared as distributions by
the two-sample Kolmogorov-Smirnov distance D: for n draws each from one distribution

    P(D > e) <= 2 exp(-n e^2)

(Wei & Dudley 2012, doi 10.1016/j.spl.2011.11.012, for n >= 458). The threshold below makes that 10^-10, so a check
with up to nine samples fails a right answer less than once in 10^9 runs.
"""

import math
import re

import numpy as np

from autograder.arrays import Array, as_numpy, close, dtype_name, is_array, is_tensor
from autograder.checks import Observation, Raised, Sample
from autograder.observe import Answer

SAMPLE_ERROR = 1e-10
TOLERANCE = {"float64": (1e-9, 1e-10), "float32": (1e-4, 1e-5)}


def same(observed: Observation, expected: Observation) -> bool:
    """Return whether two observations tell the same story, by the rule of the expected one."""
    if isinstance(expected, Sample):
        draws = observed.draws if isinstance(observed, Sample) else observed
        return is_array(draws) and same_distribution(draws, expected.draws)
    if isinstance(observed, Sample):
        return False
    if is_array(observed) and is_array(expected):
        return is_tensor(observed) == is_tensor(expected) and same_array(observed, expected)
    if is_array(observed) or is_array(expected):
        return False
    if isinstance(expected, Raised):
        return isinstance(observed, Raised) and same_error(observed, expected)
    if isinstance(expected, float) and isinstance(observed, float):
        return math.isclose(observed, expected, rel_tol=1e-6) or (math.isnan(observed) and math.isnan(expected))
    if isinstance(expected, str):
        return isinstance(observed, str) and observed == expected
    return type(observed) is type(expected) and observed == expected


def same_array(observed: Array, expected: Array) -> bool:
    """Return whether dtype and shape agree, and the values within the dtype's tolerance."""
    if dtype_name(observed) != dtype_name(expected) or observed.shape != expected.shape:
        return False
    numbers, right = as_numpy(observed), as_numpy(expected)
    if np.array_equal(numbers, right):
        return True
    return right.dtype.kind == "f" and bool(close(numbers, right, *tolerance_of(expected)).all())


def tolerance_of(floating: Array) -> tuple[float, float]:
    """Return the relative and the absolute tolerance for the dtype of floating numbers."""
    return TOLERANCE.get(dtype_name(floating), (1e-2, 1e-2))


def same_error(observed: Raised, expected: Raised) -> bool:
    """Return whether two errors are both refusals, in any words, or agree in kind and message but for numbers."""
    if observed.is_refusal and expected.is_refusal:
        return True
    without_numbers = [re.sub(r"0x[0-9a-f]+|\d+", "#", error.message) for error in (observed, expected)]
    return observed.kind == expected.kind and without_numbers[0] == without_numbers[1]


def same_distribution(observed: Array, expected: Array) -> bool:
    """Return whether two samples, each of shape (n,), can come from one distribution (see the module's text)."""
    # As many as the reference draws: of a few numbers almost any could be drawn.
    if dtype_name(observed) != dtype_name(expected) or observed.shape != expected.shape or expected.ndim != 1:
        return False
    if np.array_equal(as_numpy(observed), as_numpy(expected)):
        return True
    threshold = math.sqrt(math.log(2 / SAMPLE_ERROR) / len(expected))
    return distance(observed, expected) <= threshold


def distance(observed: Array, expected: Array) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap between the two distribution functions."""
    a, b = (np.sort(as_numpy(sample).astype(np.float64)) for sample in (observed, expected))
    if np.isnan(a).any() or np.isnan(b).any():
        return 0.0 if np.isnan(a).all() and np.isnan(b).all() else 1.0
    below = [np.searchsorted(sample, np.concatenate([a, b]), side="right") / len(sample) for sample in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def same_answer(observed: Answer, expected: Answer) -> bool:
    """Return whether two answers agree in kind and in every observation."""
    return (
        observed.kind == expected.kind
        and observed.observations.keys() == expected.observations.keys()
        and all(same(observed.observations[name], value) for name, value in expected.observations.items())
    )
