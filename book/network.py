"""The network, drawn from one list of shapes, as far as a chapter has built it."""

import math
from dataclasses import dataclass

from solutions.deployment import affine_layers
from solutions.dropout import Classifier

Points = tuple[tuple[float, float], ...]

# What each chapter adds to the drawing, in the order of the course.
ADDS = {
    "approximation": "the bend after a layer",
    "layers": "the layers",
    "dropout": "units that are left out, and ten answers",
    "optimizer": "the way back, with a gradient for each weight",
    "training": "the loop, batch after batch",
    "deployment": "the file, and a photograph from outside",
}

WIDTH, HEIGHT, MIDDLE = 400, 262, 122
SIZES = [len(weight) for weight, _ in affine_layers(Classifier())] + [len(Classifier.labels)]
HEIGHTS = [7.5 * math.sqrt(size) for size in SIZES[:-1]] + [208]
COLUMNS = (104, 176, 240, 292)  # where each begins; the last is the answers, which are written out
BAR = 8
ROW = HEIGHTS[-1] / SIZES[-1]
PHOTO = (4, MIDDLE - 28, 56, 56)
BACK = HEIGHT - 16  # where the gradients go back
MISSING = ((1, (0.15, 0.36, 0.44, 0.8)), (2, (0.25, 0.65)))  # places of the units left out, by column


@dataclass(frozen=True)
class Shape:
    """An area, or a line of some width, and the chapter that adds it."""

    room: str
    colour: str
    points: Points
    opacity: float = 1
    line: float = 0


def box(x: float, y: float, width: float, height: float) -> Points:
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


def column(number: int) -> Points:
    return box(COLUMNS[number], MIDDLE - HEIGHTS[number] / 2, BAR, HEIGHTS[number])


def between(left: float, height: float, number: int) -> Points:
    """Return the area between a height at the left and a column at the right."""
    right, to = COLUMNS[number], HEIGHTS[number]
    return (left, MIDDLE - height / 2), (right, MIDDLE - to / 2), (right, MIDDLE + to / 2), (left, MIDDLE + height / 2)


def shapes() -> list[Shape]:
    x, y, side, _ = PHOTO
    middle, low = x + side / 2, y + side
    arrow = COLUMNS[0]
    return [
        Shape("layers", "ink", between(x + side + 2, side, 0), opacity=0.16),
        *(Shape("layers", "blue", between(COLUMNS[n] + BAR, HEIGHTS[n], n + 1), opacity=0.16) for n in range(3)),
        Shape("layers", "ink", column(0)),
        *(Shape("approximation", "orange", column(number)) for number in (1, 2)),
        Shape("optimizer", "gold", ((COLUMNS[3], BACK), (arrow + 6, BACK)), line=2.5),
        Shape("optimizer", "gold", ((arrow, BACK), (arrow + 9, BACK - 5), (arrow + 9, BACK + 5))),
        Shape("training", "purple", ((arrow - 6, BACK), (middle, BACK), (middle, low + 14)), line=2.5),
        Shape("training", "purple", ((middle, low + 7), (middle - 5, low + 16), (middle + 5, low + 16))),
        Shape("deployment", "green", closed(box(COLUMNS[0] - 34, 4, COLUMNS[3] - COLUMNS[0] + 36, 226)), line=2),
        Shape("deployment", "green", closed(box(x - 2, y - 2, side + 4, side + 4)), line=2),
    ]


def missing_units() -> list[Shape]:
    return [
        Shape("dropout", colour, box(COLUMNS[n], MIDDLE + (at - 0.5) * HEIGHTS[n] + rim, BAR, 8 - 2 * rim))
        for n, places in MISSING
        for at in places
        for colour, rim in (("ground", 0), ("purple", 2))
    ]


def closed(points: Points) -> Points:
    return (*points, points[0])


def svg_shape(shape: Shape, colour: str, opacity: float) -> str:
    points = " ".join(f"{x:g},{y:g}" for x, y in shape.points)
    if shape.line:
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{shape.line:g}"/>'
    return f'<polygon points="{points}" fill="{colour}" opacity="{opacity:g}"/>'


def theme(colour: str) -> str:
    return f"var(--figure-{colour})"


def grown(room: str) -> str:
    """Return the network as far as a chapter has built it: its new parts in colour, later parts in outline."""
    order = list(ADDS)
    at = order.index(room)
    parts = []
    missing = missing_units() if "dropout" in order[: at + 1] else []
    for shape in [Shape("layers", "ink", box(*PHOTO)), *shapes(), *missing, *answer_boxes()]:
        when = order.index(shape.room)
        if shape.colour == "ground":
            parts.append(svg_shape(shape, theme("ground"), 1))
        elif when == at:
            parts.append(svg_shape(shape, theme(shape.colour), max(shape.opacity, 0.45)))
        elif when < at:
            parts.append(svg_shape(shape, theme("quiet"), 0.6 * max(shape.opacity, 0.4)))
        else:
            outline = shape.points if shape.line else closed(shape.points)
            parts.append(svg_shape(Shape(shape.room, "", outline, line=1.5), theme("line"), 1))
    label = f"The network after this chapter. It adds {ADDS[room]}."
    return f'<svg class="grown" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def answer_boxes(surest: int = 9) -> list[Shape]:
    """Return the ten answers, as boxes instead of their names."""
    top = MIDDLE - HEIGHTS[-1] / 2
    rows = [(number, top + number * ROW + ROW / 2) for number in range(SIZES[-1])]
    return [
        Shape("dropout", "purple", box(COLUMNS[3] + 8, y - 4, 80 if number == surest else 24, 8)) for number, y in rows
    ]
