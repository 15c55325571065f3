"""How can bent lines follow any curve? Hinges to move and to bend, and their sum against a curve."""

import numpy as np
from matplotlib.figure import Figure

from autograder.palette import COLOURS
from book.widgets._still import SIZE, decimal, picture, words

TITLE = "Hinges that add up"
COUNT = 4
ALT = (
    f"Above, a sine and a line of {COUNT} straight pieces through {COUNT + 1} of its points. Below, the {COUNT} hinges "
    "that add up to it: each is level up to its knot and straight from there."
)

KNOTS = np.linspace(-np.pi, np.pi, COUNT + 1)
PLACES = np.linspace(-np.pi, np.pi, 2001)
CHANGES = np.diff(np.diff(np.sin(KNOTS)) / np.diff(KNOTS), prepend=0.0)
HINGES = CHANGES * np.maximum(PLACES[:, None] - KNOTS[:-1], 0)  # (places, hinges)
SUM = np.sin(KNOTS[0]) + HINGES.sum(axis=1)


def still() -> str:
    """Return four hinges, and how their sum follows the sine."""
    error = np.abs(SUM - np.sin(PLACES)).max()
    changes = ", ".join(decimal(change, 2, "+") if round(change, 2) else "0" for change in CHANGES)
    return picture(draw, "hinges", ALT) + words(
        f"{COUNT} hinges change the slope by {changes}, each from its knot on. Their sum passes through {COUNT + 1} "
        f"points of the sine. Between them it misses the sine by {decimal(error, 2)} at most, and with more by less."
    )


def draw() -> Figure:
    figure = Figure(figsize=(SIZE[0], 4.2), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    above.plot(PLACES, np.sin(PLACES), color=COLOURS["quiet"], linewidth=1.2)
    above.plot(PLACES, SUM, color=COLOURS["blue"])
    above.plot(KNOTS, np.sin(KNOTS), "o", color=COLOURS["blue"])
    above.set(title="sum (thick), sine (thin)", ylim=(-1.3, 1.3))
    below.plot(PLACES, HINGES, color=COLOURS["orange"], linestyle="--", linewidth=1.5)
    below.set(title="each hinge alone", ylim=(-4.5, 6.5), xticks=[-np.pi, 0, np.pi], xticklabels=["−π", "0", "π"])
    return figure
