"""The pictures: that they show what they should, in numbers that can be read off."""

import io

import numpy as np
from matplotlib.figure import Figure

from solutions.runs import run_figures as figures
from solutions.training import History

NAMES = ("a", "b", "c")


def drawn(figure: Figure) -> Figure:
    """Draw it, as only then matplotlib lays it out; a warning would fail the test."""
    figure.savefig(io.BytesIO(), format="png")
    return figure


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axis in figure.axes for text in (axis.title, *axis.texts)]


def test_sample_grid_has_a_row_for_each_class() -> None:
    images, labels = np.random.default_rng(0).integers(0, 255, (30, 28, 28), np.uint8), np.arange(30) % 3
    figure = drawn(figures.sample_grid(images, labels, NAMES, columns=4))
    (axis,) = figure.axes
    picture = axis.images[0].get_array()
    assert [text.get_text() for text in axis.get_yticklabels()] == ["a", "b", "c"]
    assert list(axis.get_yticks()) == [15, 45, 75]
    np.testing.assert_array_equal(picture[31:59, 31:59], images[4])


def test_curves_show_the_history_and_the_epoch_that_was_kept() -> None:
    history = History([3.0, 2.0], [2.5, 1.5], [0.5, 0.6], [1.0, 1.0])
    losses, accuracies = drawn(figures.curves(history, best=2)).axes
    assert [list(line.get_ydata()) for line in losses.lines[:2]] == [[2.5, 1.5], [3.0, 2.0]]
    assert list(accuracies.lines[0].get_ydata()) == [0.5, 0.6]
    assert list(losses.lines[2].get_xdata()) == [2, 2]


def test_series_by_epoch_have_a_line_each_and_skip_infinities_and_nans() -> None:
    series = {"a": [1.0, float("nan"), float("inf"), 2.0], "b": [3.0, 4.0, 5.0, 6.0]}
    axis = drawn(figures.by_epoch(series, "both", best=4)).axes[0]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == ["a", "b", "kept: epoch 4"]
    assert axis.get_ylabel() == "both"
    assert axis.get_ylim()[1] < 7


def test_confusion_writes_every_count_even_with_an_absent_class() -> None:
    figure = drawn(figures.confusion(np.array([[5, 1, 0], [2, 1000, 0], [0, 0, 0]]), NAMES))
    assert [text for text in texts(figure) if text] == ["5", "1", "2", "1,000"]


def test_confident_mistakes_come_surest_first_and_are_mistakes() -> None:
    probabilities = np.array([[0.9, 0.1, 0], [0.6, 0.4, 0], [0.2, 0.7, 0.1], [0, 0, 1]])
    figure = figures.confident_mistakes(np.zeros((4, 28, 28)), np.array([0, 2, 0, 2]), probabilities, NAMES)
    assert [text for text in texts(drawn(figure)) if text] == ["b 70.0%\nis a", "a 60.0%\nis c"]


def test_first_layer_weights_show_the_largest_units() -> None:
    weight = np.random.default_rng(0).normal(size=(784, 10)) * np.arange(10)
    mosaic = drawn(figures.first_layer_weights(weight, count=4)).axes[0].images[0].get_array()
    assert mosaic.shape == (58, 58)
    np.testing.assert_array_equal(mosaic[:28, :28], weight[:, 9].reshape(28, 28))
    np.testing.assert_array_equal(mosaic[30:, :28], weight[:, 7].reshape(28, 28))


def test_reliability_plots_accuracy_against_confidence_with_the_error() -> None:
    """Three answers at 0.9, of which two are right, and one at 0.6 that is wrong."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.4, 0.6]])
    axis, below = drawn(figures.reliability(np.array([0, 0, 1, 0]), probabilities)).axes
    np.testing.assert_allclose(axis.lines[1].get_xydata(), [[0.6, 0], [0.9, 2 / 3]])
    assert [bar.get_height() for bar in below.patches] == [0, 0, 0, 0, 0, 0, 1, 0, 0, 3]
    assert axis.texts[0].get_text() == "calibration error 32.5 points"
    low, high = axis.collections[0].get_segments()[1][:, 1]
    assert low < 2 / 3 < high
