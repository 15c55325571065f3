"""A training run, epoch by epoch: curves, confusion matrix, and weights of the first layer.

The page shows what `bench/record_run.py` recorded.
"""

import base64
import json
import shutil
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from book import DATA
from solutions.deploy.garment_answer import percent
from solutions.deploy.images import data_address

TITLE = "A training run, epoch by epoch"
RECORDING = DATA / "training-run.json"
SIDE = 28
EARLY = 1  # the epoch that the still compares with the last
WIDTH, ROW = 400, 24  # of the still's figure
LEFT, RIGHT = 100, 380  # where 0 and 100 % are

STILL = """<svg viewBox="0 0 {width} {height}" role="img" aria-label="{label}" class="widget-plot training-shares">
{marks}
</svg>
<p>{words}</p>
<img class="training-still" src="{weights}" alt="{alt}">
<p>{caption}</p>
"""


@cache
def recording() -> dict[str, Any]:
    run: dict[str, Any] = json.loads(RECORDING.read_text(encoding="utf-8"))
    return run


def recall(run: dict[str, Any], epoch: int) -> np.ndarray:
    """Return the recall of each class, the share of its images that is found."""
    matrix = np.array(run["confusion"][epoch])
    recalls: np.ndarray = matrix.diagonal() / matrix.sum(axis=1)
    return recalls


def unpack(run: dict[str, Any]) -> np.ndarray:
    """Return the weights as steps of ``largest / 127``: int, shape (epochs, units, 28, 28)."""
    changes = np.frombuffer(zlib.decompress(base64.b64decode(run["weights"])), np.uint8)
    steps = changes.reshape(len(run["confusion"]), len(run["units"]), SIDE, SIDE).cumsum(axis=0, dtype=np.uint8)
    return steps.view(np.int8).astype(int)


def still() -> str:
    """Return the recall of each class after the first and the last epoch, and the change of the weights."""
    run = recording()
    last = len(run["confusion"]) - 1
    early, late = recall(run, EARLY), recall(run, last)
    order = [int(number) for number in np.argsort(-late)]
    labels = [run["labels"][number] for number in order]
    right = [percent(run["valid"]["accuracy"][epoch]) for epoch in (EARLY, last)]
    worst = percent(early[order[-1]]), percent(late[order[-1]])
    words = (
        f"Of {run['images']['valid']:,} validation images {right[0]} are right after epoch {EARLY} (hollow marks) and "
        f"{right[1]} after epoch {last} (filled). Best found in the end is {labels[0]} ({percent(late[order[0]])}), "
        f"worst {labels[-1]} ({worst[0]}, then {worst[1]})."
    )
    return STILL.format(
        width=WIDTH,
        height=ROW * (len(order) + 2),
        label=f"For each class the share that is found after epoch {EARLY} and after epoch {last}, best class first",
        marks="".join(rows(labels, early[order], late[order])),
        words=words,
        weights=data_address(weights_added(run), "PNG"),
        alt=f"{len(run['units'])} units as grey pictures of 28 by 28 weights: outlines and parts of garments",
        caption="What training added to the weights of these units of the first layer. Where scripts are switched on, "
        "you go through the epochs here, and through what is taken for what.",
    )


def rows(labels: list[str], early: np.ndarray, late: np.ndarray) -> list[str]:
    """Return a row of SVG for each class, and the axis."""
    bottom = ROW * (len(labels) + 1)
    marks = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        x = LEFT + share * (RIGHT - LEFT)
        marks.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{ROW / 2}" y2="{bottom - ROW / 2}"/>')
        marks.append(f'<text x="{x}" y="{bottom + 4}" text-anchor="middle">{share:.0%}</text>')
    for number, (label, before, after) in enumerate(zip(labels, early, late, strict=True)):
        y = ROW * (number + 1)
        x1, x2 = (LEFT + share * (RIGHT - LEFT) for share in (before, after))
        marks.append(f'<text class="name" x="{LEFT - 14}" y="{y + 5}" text-anchor="end">{label}</text>')
        marks.append(f'<line class="training-gain" x1="{x1:.1f}" x2="{x2:.1f}" y1="{y}" y2="{y}"/>')
        marks.append(f'<circle class="training-early" cx="{x1:.1f}" cy="{y}" r="5"/>')
        marks.append(f'<circle class="training-late" cx="{x2:.1f}" cy="{y}" r="5"/>')
    return marks


def weights_added(run: dict[str, Any]) -> Image.Image:
    """Return the change of each unit's weights by training, from black to white, the units side by side."""
    steps = unpack(run)
    added = steps[-1] - steps[0]
    scaled = added / np.abs(added).max(axis=(1, 2), keepdims=True)
    tiles = np.pad(np.uint8(127.5 * (1 + scaled)), ((0, 0), (1, 1), (1, 1)), constant_values=127)
    half = len(tiles) // 2
    return Image.fromarray(np.vstack([np.hstack(list(tiles[:half])), np.hstack(list(tiles[half:]))]))


def write(folder: Path) -> None:
    shutil.copy(RECORDING, folder)
