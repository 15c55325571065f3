"""The pictures of a training run, for the chapters and for the command line.

Each function returns a figure of its own; nothing here touches pyplot's state. The colours can be told apart by
colour-blind readers, and nothing is told by colour alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from solutions.training import History

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#595959"  # of Okabe and Ito's palette, and a neutral


def sample_grid(images: np.ndarray, labels: np.ndarray, names: Sequence[str], columns: int = 10) -> Figure:
    """Show the first images of each class, one row for each.

    Args:
        images: shape (N, 28, 28).
        labels: shape (N,), whole numbers.
        names: of the classes.
        columns: how many images of each class.
    """
    figure = Figure(figsize=(0.6 * columns + 1.4, 0.6 * len(names)), layout="constrained")
    axes = figure.subplots(len(names), columns, squeeze=False)
    for number, name in enumerate(names):
        for axis, index in zip(axes[number], np.flatnonzero(labels == number), strict=False):
            axis.imshow(images[index], cmap="gray_r")
        axes[number, 0].set_ylabel(name, rotation=0, ha="right", va="center")
    _without_ticks(axes.flat)
    return figure


def curves(history: History, best: int | None = None) -> Figure:
    """Show the losses and the validation accuracy of each epoch.

    Args:
        history: from ``Learner.fit``.
        best: the epoch whose weights were kept, counted from 1; it is marked.
    """
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    epochs = np.arange(1, len(history.losses) + 1)
    losses.plot(epochs, history.losses, "o--", ms=3, color=ORANGE, label="training, dropout on")
    losses.plot(epochs, history.valid_losses, "o-", ms=3, color=BLUE, label="validation")
    accuracies.plot(epochs, history.accuracies, "o-", ms=3, color=BLUE, label="validation")
    for axis, name in ((losses, "mean loss"), (accuracies, "accuracy")):
        if best is not None:
            axis.axvline(best, color=GREY, lw=1, ls=":", label=f"kept: epoch {best}")
        axis.set(xlabel="epoch", ylabel=name)
        axis.set_xlim(0.5, len(epochs) + 0.5)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.legend(frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    return figure


def confusion(matrix: np.ndarray, names: Sequence[str]) -> Figure:
    """Show a confusion matrix; the shade of a cell is its share of the row.

    Args:
        matrix: counts, shape (C, C), rows are targets.
        names: of the classes.
    """
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(7.5, 6.5), layout="constrained")
    axis = figure.subplots()
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            shade = "white" if shares[row, column] > 0.5 else "black"
            axis.text(column, row, f"{count:,}", ha="center", va="center", color=shade, fontsize=8)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right", rotation_mode="anchor")
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="predicted", ylabel="target")
    return figure


def confident_mistakes(
    images: np.ndarray, targets: np.ndarray, probabilities: np.ndarray, names: Sequence[str], count: int = 15
) -> Figure:
    """Show the images that the model is most sure about and gets wrong, the surest first.

    Args:
        images: shape (N, 28, 28).
        targets: shape (N,), whole numbers.
        probabilities: shape (N, C).
        names: of the classes.
        count: how many to show.
    """
    predictions, sureness = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predictions != targets)
    worst = wrong[np.argsort(-sureness[wrong], kind="stable")][:count]
    figure = Figure(figsize=(9, 2.2 * -(-count // 5)), layout="constrained")
    axes = figure.subplots(-(-count // 5), 5, squeeze=False)
    _without_ticks(axes.flat)
    for axis, index in zip(axes.flat, worst, strict=False):
        axis.imshow(images[index], cmap="gray_r")
        axis.set_title(f"{names[predictions[index]]} {sureness[index]:.1%}\nis {names[targets[index]]}", fontsize=9)
    return figure


def first_layer_weights(weight: np.ndarray, count: int = 64) -> Figure:
    """Show what the first hidden units look for: their incoming weights as images, blue positive, red negative.

    Args:
        weight: of the first layer, shape (784, H).
        count: how many units to show, those with the largest weights first.
    """
    units = np.argsort(-np.linalg.norm(weight, axis=0), kind="stable")[:count]
    columns = int(np.ceil(np.sqrt(len(units))))
    figure = Figure(figsize=(7, 7), layout="constrained")
    axes = figure.subplots(-(-len(units) // columns), columns, squeeze=False)
    _without_ticks(axes.flat)
    limit = np.abs(weight[:, units]).max()
    for axis, unit in zip(axes.flat, units, strict=False):
        axis.imshow(weight[:, unit].reshape(28, 28), cmap="RdBu", vmin=-limit, vmax=limit)
    return figure


def training_speeds(results: Mapping[str, Any]) -> Figure:
    """Show how many times as fast as the original notebook each way to train is, a panel for each number of threads.

    The limit, which is no way to train, is an outline.

    Args:
        results: the JSON value that ``bench/training.py`` writes; rows without a ratio are left out.
    """
    rows = [row for row in results["rows"] if row["ratio"] is not None]
    panels = sorted({row["threads"] for row in rows})
    order = {row["way"]: row["title"] for row in sorted(rows, key=lambda row: (row["threads"], row["ratio"]))}
    figure = Figure(figsize=(4 + 2.4 * len(panels), 0.8 + 0.32 * len(order)), layout="constrained")
    for axis, threads in zip(figure.subplots(1, len(panels), sharey=True, squeeze=False)[0], panels, strict=True):
        ratios = {row["way"]: row["ratio"] for row in rows if row["threads"] == threads}
        places = [list(order).index(way) for way in ratios]
        faces = [{"accelerated": ORANGE, "products": "none"}.get(way, BLUE) for way in ratios]
        edges = [rcParams["text.color"] if way == "products" else "none" for way in ratios]
        bars = axis.barh(places, ratios.values(), height=0.7, color=faces, edgecolor=edges)
        axis.bar_label(bars, [f"{ratio:.1f}×" for ratio in ratios.values()], padding=3, fontsize=9)
        axis.set_yticks(range(len(order)), list(order.values()))
        axis.set_xlim(0, 1.2 * max(ratios.values()))
        axis.set(xlabel="× the notebook", title="1 thread" if threads == 1 else f"{threads} threads")
        axis.grid(False)
        axis.spines[["top", "right", "left"]].set_visible(False)
        axis.tick_params(axis="y", length=0)
    return figure


def _without_ticks(axes: Iterable[Axes]) -> None:
    for axis in axes:
        axis.set(xticks=[], yticks=[])
        axis.spines[:].set_visible(False)
