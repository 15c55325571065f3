"""The pictures: that they show what they should, in numbers that can be read off."""

import io

import numpy as np
from matplotlib.figure import Figure

from solutions import figures
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
    assert [(text.get_text(), y) for text, y in zip(axis.get_yticklabels(), axis.get_yticks(), strict=True)] == [
        ("a", 15),
        ("b", 45),
        ("c", 75),
    ]
    np.testing.assert_array_equal(picture[31:59, 31:59], images[4])


def test_curves_show_the_history_and_the_epoch_that_was_kept() -> None:
    history = History([3.0, 2.0], [2.5, 1.5], [0.5, 0.6], [1.0, 1.0])
    losses, accuracies = drawn(figures.curves(history, best=2)).axes
    assert [list(line.get_ydata()) for line in losses.lines[:2]] == [[3.0, 2.0], [2.5, 1.5]]
    assert list(accuracies.lines[0].get_ydata()) == [0.5, 0.6]
    assert list(losses.lines[2].get_xdata()) == [2, 2]


def test_curves_of_a_single_epoch_can_be_drawn() -> None:
    drawn(figures.curves(History([3.0], [2.5], [0.5], [1.0])))


def test_confusion_writes_every_count_also_of_an_absent_class() -> None:
    figure = drawn(figures.confusion(np.array([[5, 1, 0], [2, 1000, 0], [0, 0, 0]]), NAMES))
    assert [text for text in texts(figure) if text] == ["5", "1", "2", "1,000"]


def test_confident_mistakes_come_surest_first_and_are_mistakes() -> None:
    probabilities = np.array([[0.9, 0.1, 0], [0.6, 0.4, 0], [0.2, 0.7, 0.1], [0, 0, 1]])
    figure = figures.confident_mistakes(np.zeros((4, 28, 28)), np.array([0, 2, 0, 2]), probabilities, NAMES)
    assert [text for text in texts(drawn(figure)) if text] == ["b 70.0%\nis a", "a 60.0%\nis c"]


def test_first_layer_weights_show_the_largest_units() -> None:
    weight = np.random.default_rng(0).normal(size=(784, 10)) * np.arange(10)
    figure = drawn(figures.first_layer_weights(weight, count=4))
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), weight[:, 9].reshape(28, 28))
