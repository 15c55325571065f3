"""What a chapter's own cells need: sample images, the figures' style, and numbers for the text.

The same cells run while the book is built and in a student's notebook, where neither the book nor the solutions exist.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

SAMPLE = Path("data") / "sample"

# The book replaces each of these by the colour of that name in its light or dark theme. Apart for a colour-blind
# reader too, and each at least 3:1 against the ground.
COLOURS = {
    "ground": "#fffefb",
    "ink": "#22262f",
    "quiet": "#5f6571",
    "line": "#d9d5ca",
    "blue": "#0a6a9f",
    "orange": "#bf4b08",
    "green": "#0b7a5a",
    "purple": "#9a3f7c",
    "gold": "#8d6a00",
}


def load_sample() -> tuple[Tensor, Tensor]:
    """Return the sample of Fashion-MNIST that comes with the course.

    Returns:
        Images (N, 28, 28), float32 in [0, 1], and their class numbers (N,), int64.

    Raises:
        FileNotFoundError: no folder from here upwards holds ``data/sample``.
    """
    folder = find_upwards(SAMPLE)
    images = read_idx(folder / "train-images-idx3-ubyte.gz")
    labels = read_idx(folder / "train-labels-idx1-ubyte.gz")
    return torch.from_numpy(images).float() / 255, torch.from_numpy(labels).long()


def load_measured(name: str) -> Any:
    """Return what was measured on the full Fashion-MNIST, too long for the building of a page.

    Args:
        name: "results", of ``make results``: the accuracy of each recipe; or "speed", of ``make bench-training``.

    Raises:
        FileNotFoundError: no folder from here upwards holds it in ``data``.
    """
    return json.loads(find_upwards(Path("data") / f"{name}.json").read_text(encoding="utf-8"))


def find_upwards(path: Path) -> Path:
    """Return where this file or folder lies, in the current folder or above it."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / path).exists():
            return folder / path
    raise FileNotFoundError(f"no folder from {here} upwards holds {path}: keep the notebook beside the course's data")


def read_idx(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the array of bytes in a gzipped IDX file: a magic number, the sizes, then the values."""
    content = gzip.decompress(path.read_bytes())
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name} is not an IDX file of bytes")
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape.astype(int)).copy()


def use_course_style() -> None:
    """Set matplotlib up so that a figure in a notebook looks as it does in the book."""
    import matplotlib as mpl
    from cycler import cycler

    series = [COLOURS[name] for name in ("blue", "orange", "green", "purple", "gold")]
    mpl.rcParams.update(
        {
            "figure.figsize": (7, 3.6),
            "figure.facecolor": COLOURS["ground"],
            "savefig.facecolor": COLOURS["ground"],
            "axes.facecolor": COLOURS["ground"],
            "axes.edgecolor": COLOURS["quiet"],
            "axes.labelcolor": COLOURS["ink"],
            "axes.titlecolor": COLOURS["ink"],
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=series),
            "axes.grid": True,
            "grid.color": COLOURS["line"],
            "text.color": COLOURS["ink"],
            "xtick.color": COLOURS["quiet"],
            "ytick.color": COLOURS["quiet"],
            "xtick.labelcolor": COLOURS["ink"],
            "ytick.labelcolor": COLOURS["ink"],
            "legend.frameon": False,
            "lines.linewidth": 2,
            "image.cmap": "gray",
            "image.interpolation": "none",
            "svg.fonttype": "none",  # words stay words: they can be searched and take the page's typeface
            "svg.hashsalt": "course",  # the same figure is the same file
        }
    )
    try:
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    set_matplotlib_formats("svg")  # type: ignore[no-untyped-call]


def scientific(value: float) -> str:
    """Return a number as text with a power of ten: ``2.9 × 10⁻¹⁰``."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa} × 10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def glue(name: str, value: float | str) -> None:
    """Keep a number for the book's text, under a name.

    Writes what myst-nb's role ``{glue:text}`` reads, so that a notebook without myst-nb runs the same cell; there it
    shows nothing.
    """
    from IPython.display import display

    kept = {"application/papermill.record/text/plain": repr(value)}
    metadata = {"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}}
    display(kept, raw=True, metadata=metadata)
