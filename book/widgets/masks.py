"""What does dropout do to the mean of a unit, and what to its single outputs? Sixteen units, mask after mask."""

import numpy as np
from matplotlib.figure import Figure

from autograder.look import COLOURS
from book.widgets._still import SIZE, decimal, picture, words

TITLE = "Masks and their mean"
UNITS, CALLS, P = 16, 1000, 0.5

KEPT = np.random.default_rng(1).random((CALLS, UNITS)) >= P
SHOWN = np.unique(np.geomspace(1, CALLS, 60).astype(int))  # calls
RUNNING = KEPT.cumsum(axis=0)[SHOWN - 1] / SHOWN[:, None]  # (calls, units)


def still() -> str:
    """Return the running means of sixteen units, scaled and as they are."""
    scaled = KEPT / (1 - P)
    shown = picture(draw, "masks", "Running means of sixteen units of value 1 against the number of calls. Scaled, they "
                    "spread widely at first and narrow down to 1; left as they are, they narrow down to one half.")  # fmt: skip
    return shown + words(
        f"{UNITS} units of value 1, {CALLS:,} calls with p = {P}. Left as it is, what is kept has the mean "
        f"{decimal(KEPT.mean(), 2)}; divided by 1 − p, {decimal(scaled.mean(), 2)}, as in evaluation. Single outputs then "
        f"have the variance {decimal(scaled.var(), 2)}; p/(1 − p) is {decimal(P / (1 - P), 2)}."
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
