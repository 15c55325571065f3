"""Figures of a training run, independent of pyplot's state.

Colour-blind readers can tell the colours apart, and no information is in colour alone; a page with themes can replace
them. Targets are whole numbers of shape (N,), probabilities have shape (N, C), and epochs are counted from 1.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

from autograder.palette import COLOURS
from solutions.runs.measurement import calibrate, wilson_interval

BLUE, ORANGE, GREY = COLOURS["blue"], COLOURS["orange"], COLOURS["quiet"]


def by_epoch(series: Mapping[str, Sequence[float]], name: str, best: int | None = None) -> Figure:
    """Plot one or two series by epoch, with ``name`` at the axis, and mark the epoch whose weights were kept."""
    figure = Figure(figsize=(3.8, 2.9), layout="constrained")
    axis = figure.subplots()
    styles = ((BLUE, "o-"), (ORANGE, "s--"))
    for (label, values), (colour, style) in zip(series.items(), styles, strict=False):
        epochs = np.arange(1, len(values) + 1)
        axis.plot(epochs, values, style, ms=3, lw=1.8, color=colour, label=label)
        axis.set_xlim(0.5, len(epochs) + 0.5)
    if best is not None:
        axis.axvline(best, color=GREY, lw=1, ls=":", label=f"kept: epoch {best}")
    axis.set(xlabel="epoch", ylabel=name)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.legend(frameon=True, edgecolor="none", framealpha=0.85)
    axis.spines[["top", "right"]].set_visible(False)
    return figure


def surest_mistakes(targets: np.ndarray, probabilities: np.ndarray, count: int) -> np.ndarray:
    """Return the indices of the examples that a model is most sure about and gets wrong, the surest first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != targets)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")][:count]


def reliability(targets: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> Figure:
    """Draw a reliability diagram with 95% intervals (Wilson), and below it a histogram of the answers."""
    calibration = calibrate(targets, probabilities, bins)
    filled = calibration.filled
    sureness, shares = calibration.confidences[filled], calibration.accuracies[filled]
    intervals = [wilson_interval(calibration.right[place], calibration.counts[place]) for place in filled]
    figure = Figure(figsize=(3.9, 4.3), layout="constrained")
    axis, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    axis.plot([0, 1], [0, 1], "--", color=GREY, lw=1, label="perfect calibration")
    axis.vlines(sureness, *np.transpose(intervals), color=BLUE, lw=1.5)
    axis.plot(sureness, shares, "o", ms=6, color=BLUE, label="measured", clip_on=False)
    axis.set(ylabel="right answers", xlim=(0, 1), ylim=(0, 1))
    figure.legend(frameon=False, loc="outside upper left", ncols=2)
    axis.text(0.04, 0.92, f"calibration error {100 * calibration.error:.1f} points")
    edges = calibration.edges
    below.bar(edges[:-1], calibration.counts, np.diff(edges), align="edge", color=BLUE, alpha=0.6)
    below.set(xlabel="probability of the chosen class", ylabel="answers")
    for scale in (axis.xaxis, axis.yaxis):
        scale.set_major_formatter(PercentFormatter(1, decimals=0))
    below.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    for panel in (axis, below):
        panel.spines[["top", "right"]].set_visible(False)
    return figure
