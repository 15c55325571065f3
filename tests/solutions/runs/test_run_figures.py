"""The pictures: that they show what they should, in numbers that can be read off."""

import io

import numpy as np
from matplotlib.figure import Figure

from solutions.runs import run_figures as figures


def drawn(figure: Figure) -> Figure:
    """Draw it, as only then matplotlib lays it out; a warning would fail the test."""
    figure.savefig(io.BytesIO(), format="png")
    return figure


def test_series_by_epoch_have_a_line_each_and_the_kept_epoch_a_mark() -> None:
    series = {"a": [1.0, 2.0, 1.5, 2.0], "b": [3.0, 4.0, 5.0, 6.0]}
    axis = drawn(figures.by_epoch(series, "both", best=4)).axes[0]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["a", "b", "kept: epoch 4"]
    assert axis.get_ylabel() == "both"


def test_reliability_plots_accuracy_against_confidence_with_the_error() -> None:
    """Three answers at 0.9, of which two are right, and one at 0.6 that is wrong."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    axis, below = drawn(figures.reliability(np.array([0, 0, 1, 0]), probabilities)).axes
    np.testing.assert_allclose(axis.lines[1].get_xydata(), [[0.6, 0], [0.9, 2 / 3]])
    assert [bar.get_height() for bar in below.patches] == [0, 0, 0, 0, 0, 0, 1, 0, 0, 3]
    assert axis.texts[0].get_text() == "calibration error 32.5 points"
    low, high = axis.collections[0].get_segments()[1][:, 1]
    assert low < 2 / 3 < high
