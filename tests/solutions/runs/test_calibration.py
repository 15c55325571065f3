"""How far numbers can be trusted, against the libraries that know."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from solutions.runs.calibration import brier_score, calibrate, wilson_interval


def answers(seed: int, images: int = 500) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.full(10, 0.3), images)
    return rng.integers(0, 10, images), probabilities


@given(st.integers(1, 10_000).flatmap(lambda count: st.tuples(st.integers(0, count), st.just(count))))
def test_the_interval_is_wilsons(right_of: tuple[int, int]) -> None:
    expected = binomtest(*right_of).proportion_ci(0.95, method="wilson")
    assert wilson_interval(*right_of) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_bins_are_those_of_scikit_learn() -> None:
    targets, probabilities = answers(0)
    found = calibrate(targets, probabilities, bins=7)
    is_right = probabilities.argmax(axis=1) == targets
    shares, confidences = calibration_curve(is_right, probabilities.max(axis=1), n_bins=7)
    np.testing.assert_allclose(found.accuracies[found.filled], shares)
    np.testing.assert_allclose(found.confidences[found.filled], confidences)


def test_the_brier_score_is_the_sum_of_those_of_each_class() -> None:
    targets, probabilities = answers(1)
    expected = sum(brier_score_loss(targets == number, probabilities[:, number]) for number in range(10))
    assert brier_score(targets, probabilities) == pytest.approx(expected)


def test_the_error_weighs_each_bin_by_its_answers() -> None:
    """Three answers at 0.9, of which two are right, and one at 0.6 that is wrong."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    found = calibrate(np.array([0, 0, 1, 0]), probabilities)
    assert found.error == pytest.approx((3 * (0.9 - 2 / 3) + 0.6) / 4)
    assert found.excess == pytest.approx((3 * 0.9 + 0.6) / 4 - 2 / 4)


def test_a_model_that_is_always_sure_and_right_has_no_error() -> None:
    found = calibrate(np.array([0, 1]), np.eye(2))
    assert (found.error, found.excess, found.counts[-1]) == (0, 0, 2)


@given(arrays(float, (20, 3), elements=st.floats(0.01, 1)), st.integers(1, 20))
def test_every_answer_is_in_one_bin_and_the_error_between_the_excess_and_one(raw: np.ndarray, bins: int) -> None:
    found = calibrate(np.arange(20) % 3, raw / raw.sum(axis=1, keepdims=True), bins)
    assert found.counts.sum() == 20
    assert abs(found.excess) - 1e-9 <= found.error <= 1
