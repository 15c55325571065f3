"""The landing page's network, lit by the same drawing, as far as a chapter has built it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image

from book.demo import MODEL
from solutions.deploy import demo_markup as demo
from solutions.deploy.images import data_address
from solutions.deployment import load_model, prepare_image

# What each chapter adds to the drawing, in the order of the course.
ADDS = {
    "approximation": "the bend after a layer",
    "layers": "the layers",
    "dropout": "units that are left out, and ten answers",
    "optimizer": "the way back, with a gradient for each weight",
    "training": "the loop, batch after batch",
    "deployment": "the file, and a photograph from outside",
}

FIRST = next(iter(demo.DRAWINGS))  # with which the landing page begins
LEFT, TOP, WIDTH, HEIGHT = -6, -10, 492, 278
SIDE, PICTURE_TOP = demo.PIXELS, (demo.HEIGHT - demo.PIXELS) / 2
ANSWERS, BAR = demo.WIDTH + 8, 56  # where the ten begin, and how long one that is certain is
BACK = demo.HEIGHT + 26  # where the gradients go back
LEFT_OUT = 0.2

Points = Iterable[tuple[float, float]]


@dataclass(frozen=True)
class Part:
    """An area, or a line of some width, as a path of SVG, and the chapter that adds it."""

    room: str
    colour: str
    path: str
    opacity: float = 1
    line: float = 0
    stays: bool = True  # in later chapters

    def svg(self, colour: str) -> str:
        if self.line:
            return f'<path d="{self.path}" fill="none" stroke="{colour}" stroke-width="{self.line:g}"/>'
        return f'<path d="{self.path}" fill="{colour}" opacity="{self.opacity:.2g}"/>'


def along(points: Points, end: str = "") -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + end


def box(x: float, y: float, width: float, height: float) -> str:
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


@cache
def lit(garment: str) -> tuple[list[np.ndarray], str]:
    """Return the values of each level for a drawing of the landing page, and the address of its 28 by 28 pixels."""
    x = prepare_image(demo.drawn(demo.DRAWINGS[garment]))
    pixels = Image.fromarray((255 * x[0].numpy()).astype(np.uint8))
    return demo.activations(load_model(MODEL), x), data_address(pixels, "PNG")


def parts(garment: str) -> Iterator[Part]:
    """Yield the network's parts, the later ones in front."""
    _, *hidden, shares = lit(garment)[0]
    for corners in demo.ways(hidden):
        yield Part("layers", "blue", along(corners, "z"), opacity=0.3)
    left_out = np.random.default_rng(0)
    for number, level in enumerate(hidden):
        units = list(demo.squares(number, level))
        by_brightness = defaultdict(list)
        for x, y, side, brightness in units:
            by_brightness[brightness].append(box(x, y, side, side))
        for brightness, boxes in by_brightness.items():
            yield Part("approximation", "orange", "".join(boxes), opacity=brightness)
        gone = [unit for unit in units if left_out.random() < LEFT_OUT]
        yield Part("dropout", "purple", "".join(box(x, y, side, side) for x, y, side, _ in gone), stays=False)
    row = demo.HEIGHT / len(shares)
    bars = (box(ANSWERS, row * (n + 0.5) - 5, 6 + BAR * share, 10) for n, share in enumerate(shares))
    yield Part("dropout", "purple", "".join(bars))
    x, middle = demo.GRIDS[0][0], SIDE / 2
    yield Part("optimizer", "gold", along([(ANSWERS + BAR, BACK), (x + 12, BACK)]), line=5)
    yield Part("optimizer", "gold", along([(x, BACK), (x + 16, BACK - 9), (x + 16, BACK + 9)], "z"))
    low = PICTURE_TOP + SIDE
    yield Part("training", "purple", along([(x - 14, BACK), (middle, BACK), (middle, low + 16)]), line=5)
    yield Part("training", "purple", along([(middle, low + 4), (middle - 9, low + 18), (middle + 9, low + 18)], "z"))
    frame = box(x - 10, -7, ANSWERS + BAR + 22 - x, demo.HEIGHT + 14)
    yield Part("deployment", "green", frame, line=4)
    yield Part("deployment", "green", box(-3, PICTURE_TOP - 3, SIDE + 6, SIDE + 6), line=4)


def grown(room: str) -> str:
    """Return the network as far as a chapter has built it: its new parts in colour, later parts in outline."""
    order = list(ADDS)
    at = order.index(room)
    picture = f'<image href="{lit(FIRST)[1]}" y="{PICTURE_TOP:g}" width="{SIDE}" height="{SIDE}"/>'
    drawn = []
    for part in parts(FIRST):
        when = order.index(part.room)
        if when == at:
            drawn.append(part.svg(f"var(--figure-{part.colour})"))
        elif when < at and part.stays:
            drawn.append(part.svg("var(--figure-quiet)"))
        elif when > at and part.stays:
            drawn.append(replace(part, line=part.line or 2).svg("var(--figure-line)"))
    label = f"The network after this chapter. It adds {ADDS[room]}."
    return (
        f'<svg class="grown" viewBox="{LEFT} {TOP} {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"{picture}{''.join(drawn)}</svg>"
    )
