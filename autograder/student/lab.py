"""Helpers for a chapter's own cells: sample images, the figures' style, and numbers for the text.

The same cells run while the book is built and in a student's notebook, where neither the book nor the solutions exist.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.palette import STYLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import Tensor

DATA = Path("data")  # beside the course's chapters
DATA_IN_WHEEL = Path(__file__).parent / "data"  # where the release puts what notebooks need into the students' wheel


def load_sample() -> tuple[Tensor, Tensor]:
    """Return the sample of Fashion-MNIST that comes with the course.

    Returns:
        Images (N, 28, 28), float32 in [0, 1], and their class numbers (N,), int64.

    Raises:
        FileNotFoundError: neither the students' wheel nor a folder from here upwards has ``data/sample``.
    """
    import torch

    folder = find_data("sample")
    images = read_idx(folder / "train-images-idx3-ubyte.gz")
    labels = read_idx(folder / "train-labels-idx1-ubyte.gz")
    return torch.from_numpy(images).float() / 255, torch.from_numpy(labels).long()


def load_measured(name: str) -> Any:
    """Return measurements that take too long for the build of a page, by name, such as "results" of ``make results``.

    Raises:
        FileNotFoundError: neither the students' wheel nor a folder ``data`` from here upwards has them.
    """
    return json.loads(find_data(f"{name}.json").read_text(encoding="utf-8"))


def find_data(name: str) -> Path:
    """Return the path of a file or folder of the course's data: in the students' wheel, or here or above."""
    here = Path.cwd()
    for place in (DATA_IN_WHEEL, *(folder / DATA for folder in (here, *here.parents))):
        if (place / name).exists():
            return place / name
    wanted = DATA / name
    raise FileNotFoundError(f"no folder from {here} upwards holds {wanted}: keep the notebook beside the course's data")


def read_idx(path: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return the array of bytes in a gzipped IDX file: a magic number, the sizes, then the values."""
    content = gzip.decompress(path.read_bytes())
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path.name} is not an IDX file of bytes")
    dimensions = content[3]
    shape = np.frombuffer(content, ">u4", count=dimensions, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions).reshape(shape.astype(int)).copy()


def use_course_style() -> None:
    """Make figures in a notebook look as they do in the book."""
    import matplotlib as mpl

    mpl.rcParams.update(STYLE)
    if "ipykernel" in sys.modules:  # elsewhere, as where work is graded, the call would make a shell with a history
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg")  # type: ignore[no-untyped-call]


def side_by_side(count: int, height: float) -> list[Axes]:
    """Return the axes of several figures: on a page they stand side by side, and below each other on a telephone.

    Args:
        count: how many figures share a line of the page.
        height: of each, in inches.
    """
    import matplotlib.pyplot as plt

    return [plt.subplots(figsize=(6.6 / count, height), layout="constrained")[1] for _ in range(count)]


def power(value: float, place: int | None = None) -> str:
    """Return a power of ten as the label of a tick: ``10⁻³``; ``place``, its number, is matplotlib's."""
    exponent = round(np.log10(value))
    return {0: "1", 1: "10"}.get(exponent, "10" + raised(exponent))


def scientific(value: float) -> str:
    """Return a number as text with a power of ten: ``2.9 × 10⁻¹⁰``."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    return f"{mantissa} × 10{raised(int(exponent))}"


def raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def glue(name: str, value: float | str) -> None:
    """Store a number for the book's text, under a name, in the form that myst-nb's role ``{glue:text}`` reads.

    In a notebook, which need not have myst-nb, it shows nothing.
    """
    from IPython.display import display

    kept = {"application/papermill.record/text/plain": repr(value)}
    metadata = {"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}}
    display(kept, raw=True, metadata=metadata)
