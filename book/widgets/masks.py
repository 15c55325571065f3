"""What does dropout do to the mean of a unit, and what to its single outputs? Sixteen units, mask after mask."""

import numpy as np
from matplotlib.figure import Figure

from autograder.palette import COLOURS
from book.widgets._still import SIZE, picture, words

TITLE = "Masks and their mean"
UNITS, CALLS, P = 16, 1000, 0.5
ALT = (
    f"Running means of {UNITS} units of value 1 against the number of calls. Scaled, they spread widely at first and "
    f"narrow down to 1; left as they are, they narrow down to {1 - P}."
)

KEPT = np.random.default_rng(1).random((CALLS, UNITS)) >= P
SHOWN = np.unique(np.geomspace(1, CALLS, 60).astype(int))  # calls
RUNNING = KEPT.cumsum(axis=0)[SHOWN - 1] / SHOWN[:, None]  # (calls, units)


def still() -> str:
    """Return the running means of sixteen units, scaled and as they are."""
    scaled = KEPT / (1 - P)
    return picture(draw, "masks", ALT) + words(
        f"{UNITS} units of value 1, {CALLS:,} calls with p = {P}. Left as it is, what is kept has the mean "
        f"{KEPT.mean():.2f}; divided by 1 − p, {scaled.mean():.2f}, as in evaluation. Single outputs then have the "
        f"variance {scaled.var():.2f}; p/(1 − p) is {P / (1 - P):.2f}."
    )


def draw() -> Figure:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    for means, colour, style, name in [
        (RUNNING / (1 - P), COLOURS["blue"], "-", "divided by 1 − p"),
        (RUNNING, COLOURS["orange"], "--", "as it is"),
    ]:
        axes.plot(SHOWN, means, color=colour, linestyle=style, linewidth=0.5, alpha=0.6)
        axes.plot(SHOWN, means.mean(axis=1), color=colour, linestyle=style)
        axes.text(CALLS, means[-1].mean() + 0.12, name, color=colour, ha="right", weight="bold")
    axes.set(xscale="log", ylim=(0, 2), xlabel="calls", title="running mean: each unit (thin), all (thick)")
    axes.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    axes.minorticks_off()
    return figure
