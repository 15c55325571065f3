"""Which standard deviation keeps the size of numbers through ten layers?"""

import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure

from autograder.palette import COLOURS
from autograder.student.lab import scientific
from book.widgets._still import SIZE, picture, words
from solutions import data

TITLE = "Ten layers and their start"
WIDTHS = [784] + [256] * 10
LEVEL = math.sqrt(2 / WIDTHS[-1])  # He's rule
STDS = (0.01, 0.04, LEVEL, 0.2, 1.0)
ALT = (
    "Five lines over ten layers on a logarithmic axis. With standard deviation 1 and 0.2 the size rises, with 0.04 and "
    "0.01 it falls, and with 0.088 it stays near 1."
)


def write(folder: Path) -> None:
    """Write the ten photographs that the page sends through the layers: 784 bytes each."""
    (folder / "activations.bin").write_bytes(photographs().tobytes())


@cache
def photographs() -> np.ndarray:
    """Return the first image of each class, shape (10, 784), uint8."""
    sample = data.load(data.SAMPLE_FOLDER)
    first = [np.flatnonzero(sample.train_labels == label)[0] for label in range(10)]
    return sample.train_images[first].reshape(10, -1)


@cache
def unscaled() -> list[float]:
    """Return the RMS of the input and behind each layer, where all weights have standard deviation 1."""
    rng = torch.Generator().manual_seed(0)
    x = torch.from_numpy(photographs()).double() / 255
    sizes = [x.square().mean().sqrt().item()]
    for inputs, outputs in pairwise(WIDTHS):
        x = torch.relu(x @ torch.randn(inputs, outputs, generator=rng, dtype=torch.float64))
        sizes.append(x.square().mean().sqrt().item())
    return sizes


def sizes(std: float) -> list[float]:
    """Return the RMS of the input and behind each layer: a factor passes through a layer and its ReLU."""
    return [size * std**layer for layer, size in enumerate(unscaled())]


def still() -> str:
    """Return the size of numbers through ten layers, for five standard deviations."""
    tenth = ", ".join(f"{number(sizes(std)[-1])} with {std:.2g}" for std in STDS)
    return picture(draw, "activations", ALT) + words(
        f"RMS of the outputs of layer 10, by the standard deviation of all weights: {tenth}."
    )


def number(value: float) -> str:
    return f"{value:.2f}" if 0.01 <= value < 100 else scientific(value)


def draw() -> Figure:
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 10], [1, 1], color=COLOURS["quiet"], linewidth=1)
    for std in STDS:
        axes.plot(sizes(std), marker="o", markersize=3, color=COLOURS["blue"])
        axes.text(10.3, sizes(std)[-1], f"{std:.2g}", va="center", weight="bold", color=COLOURS["blue"])
    axes.set(yscale="log", xlim=(0, 11.9), xticks=range(0, 11, 2), xlabel="layer", title="RMS of the outputs")
    axes.set_yticks([1e-9, 1e-6, 1e-3, 1, 1e3, 1e6, 1e9], ["10⁻⁹", "10⁻⁶", "10⁻³", "1", "10³", "10⁶", "10⁹"])
    axes.minorticks_off()
    return figure
