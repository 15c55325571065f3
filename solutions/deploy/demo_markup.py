"""The demo's markup, in the book and alone: a still for readers without scripts, and what scripts bring to life.

It begins with a drawn garment, the network lit by it, and the answer; ``web/demo.js`` draws it stroke by stroke.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from solutions.data.photographs import FOLDER
from solutions.deploy.garment_answer import UNSURE_BELOW, percent
from solutions.deploy.images import data_address
from solutions.deployment import affine_layers, prepare_image
from solutions.dropout import Classifier

Stroke = Sequence[tuple[float, float]]
DRAWINGS: dict[str, list[Stroke]] = {  # on a sheet of 100 by 100; the page begins with the first
    "Dress": [
        [
            *[(38, 6), (44, 6), (46, 14), (54, 14), (56, 6), (62, 6), (64, 26), (60, 44), (70, 94)],
            *[(30, 94), (40, 44), (36, 26), (38, 6)],
        ]
    ],
    "T-shirt": [
        [
            *[(36, 14), (44, 19), (56, 19), (64, 14), (90, 30), (82, 46), (71, 40), (72, 88), (28, 88)],
            *[(29, 40), (18, 46), (10, 30), (36, 14)],
        ]
    ],
    "Bag": [
        [(14, 40), (86, 40), (90, 88), (10, 88), (14, 40)],
        [(33, 31), (35, 20), (42, 13), (58, 13), (65, 20), (67, 31)],  # ends above the bag, or it would be filled
    ],
    "Ankle boot": [
        [(70, 12), (44, 12), (43, 48), (34, 56), (16, 62), (10, 74), (10, 84), (76, 84), (74, 50), (70, 12)]
    ],
}
# Sharp, of those for choosing, and not all alike: of the pair of sandals the network makes a pair of legs.
PHOTOGRAPHS = {"A dotted dress": "dress-02.jpg", "Jeans": "trouser-12.jpg", "A pair of sandals": "sandal-10.jpg"}
STEP = 2.5  # between the points of a stroke, so that it grows evenly
INK, SMALL, PEN = (43, 47, 56, 255), 112, 5  # as in web/drawing.js

WIDTH, HEIGHT = 400, 224
PIXELS = 196  # the side of the picture, seven for each of its pixels
GRIDS = ((236, 8, 7), (330, 4, 9))  # of the hidden units: where the columns begin, how many there are, and their pitch
LEVELS = 16  # of brightness

MARKUP = Path(__file__).with_name("demo.html").read_text(encoding="utf-8")
NOTE = (
    "Draw on the sheet, or drop, paste or choose a photo; on a photo the pen erases the background. Point at a unit to "
    "see what it looks for. The network knows these ten garments and always names one of them."
)
DESCRIPTION = (
    "The network, from left to right: the picture as 28 by 28 pixels, 256 units, 64 units, ten answers. Each unit is "
    "as bright as its value."
)
ANSWER = """<li{first}><span class="demo-label">{label}</span>
<svg class="demo-bar" aria-hidden="true"><rect width="{width:.1f}%" height="100%"/></svg>
<span class="demo-share">{share}</span></li>"""


def polylines(strokes: list[Stroke]) -> str:
    """Return strokes as SVG, each with points at even distances; a closed one is filled."""
    return "".join(
        f"<polyline{'' if stroke[0] == stroke[-1] else ' class=is-open'} "
        f'points="{" ".join(f"{x:g},{y:g}" for x, y in evenly(stroke))}"/>'
        for stroke in strokes
    )


def evenly(stroke: Stroke) -> Iterator[tuple[float, float]]:
    for (x, y), (to_x, to_y) in pairwise(stroke):
        parts = max(1, round(max(abs(to_x - x), abs(to_y - y)) / STEP))
        for part in range(parts):
            yield round(x + (to_x - x) * part / parts, 1), round(y + (to_y - y) * part / parts, 1)
    yield stroke[-1]


def drawn(strokes: list[Stroke]) -> Image.Image:
    """Return strokes as the page draws them, cut out."""
    sheet = Image.new("RGBA", (SMALL, SMALL))
    pen = ImageDraw.Draw(sheet)
    for stroke in strokes:
        points = [(SMALL * x / 100, SMALL * y / 100) for x, y in stroke]
        pen.polygon(points, fill=INK)
        pen.line(points, fill=INK, width=PEN, joint="curve")
    return sheet


def activations(model: Classifier, x: Tensor) -> list[np.ndarray]:
    """Return the values of each level for an image (1, 28, 28): pixels, both hidden layers, probabilities."""
    levels = [x.flatten()]
    with torch.no_grad():
        for weight, bias in affine_layers(model):
            levels.append((levels[-1] @ weight + bias).relu())
        levels[-1] = (levels[-2] @ weight + bias).softmax(dim=0)
    return [level.numpy() for level in levels]


def ways(hidden: Sequence[np.ndarray]) -> Iterator[list[tuple[float, float]]]:
    """Yield the areas between the picture, the hidden units and the answers, by their corners."""
    grids = zip(GRIDS, hidden, strict=True)
    columns = [(x, across * pitch, len(level) // across * pitch) for (x, across, pitch), level in grids]
    for (x, width, height), (right, _, to) in pairwise([(0, PIXELS, PIXELS), *columns, (WIDTH, 0, HEIGHT)]):
        left, top, below = x + width, (HEIGHT - height) / 2, (HEIGHT - to) / 2
        yield [(left, top), (right, below), (right, below + to), (left, top + height)]


def squares(number: int, level: np.ndarray) -> Iterator[tuple[float, float, int, float]]:
    """Yield each unit of a hidden level: left, top, side, and its brightness, from 0.1 to 1."""
    x, across, pitch = GRIDS[number]
    top, most = (HEIGHT - len(level) // across * pitch) / 2, max(1e-6, level.max())
    for unit, value in enumerate(level):
        brightness = 0.1 + 0.9 * round(LEVELS * value / most) / LEVELS
        yield x + unit % across * pitch, top + unit // across * pitch, pitch - 1, brightness


def network(hidden: Sequence[np.ndarray]) -> str:
    """Return the network as SVG: the picture's place, hidden units as bright as their values, the ways between them."""
    parts = []
    for corners in ways(hidden):
        points = " ".join(f"{x:g},{y:g}" for x, y in corners)
        parts.append(f'<polygon class="demo-way" points="{points}"/>')
    parts.append('<path class="demo-lines"/><path class="demo-lines is-less"/>')
    parts.append(f'<rect class="demo-pixels" y="{(HEIGHT - PIXELS) / 2:g}" x="0" width="{PIXELS}" height="{PIXELS}"/>')
    for number, level in enumerate(hidden):
        units = (
            f'<rect x="{x:g}" y="{y:g}" width="{side}" height="{side}" fill-opacity="{brightness:.2f}"/>'
            for x, y, side, brightness in squares(number, level)
        )
        parts.append(f'<g class="demo-level-{number + 1}">{"".join(units)}</g>')
    return "".join(parts)


def markup(model: Classifier, base: str = "") -> str:
    """Return the demo as readers without scripts see it; the files of its examples are in the folder ``base``."""
    name, strokes = next(iter(DRAWINGS.items()))
    x = prepare_image(drawn(strokes))
    levels = activations(model, x)
    shares = dict(zip(model.labels, levels[-1].tolist(), strict=True))
    label = max(shares, key=shares.__getitem__)
    rows = [
        ANSWER.format(
            first=' class="is-first"' * (each == label), label=escape(each), width=100 * share, share=percent(share)
        )
        for each, share in shares.items()
    ]
    examples = [
        f'<button type="button" class="demo-example" title="{each}"><svg viewBox="-12 -12 124 124" role="img" '
        f'aria-label="Example: {each}, drawn by hand">{polylines(lines)}</svg></button>'
        for each, lines in DRAWINGS.items()
    ]
    examples += [
        f'<button type="button" class="demo-example" title="{each}"><img src="{base}{file}" '
        f'alt="Example: {each}, photographed" loading="lazy"></button>'
        for each, file in PHOTOGRAPHS.items()
    ]
    pixels = Image.fromarray((255 * x[0].numpy()).astype(np.uint8))
    return MARKUP.format(
        drawn=name,
        drawing=polylines(strokes),
        description=DESCRIPTION,
        width=WIDTH,
        height=HEIGHT,
        note=NOTE,
        network=network(levels[1:3]),
        seen=f'<img src="{data_address(pixels, "PNG")}" alt="The picture as 28 by 28 pixels">',
        label=escape(label if shares[label] >= UNSURE_BELOW else f"Perhaps {label}"),
        share=percent(shares[label]),
        answers="".join(rows),
        examples="".join(examples),
    )


def example_files() -> dict[str, bytes]:
    """Return the photographs among the examples, by file name."""
    return {file: (FOLDER / file).read_bytes() for file in PHOTOGRAPHS.values()}
