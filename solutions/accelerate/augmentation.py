"""Augmentation of the training images: garments stretched in width, and shapes that are no garments.

A garment that is laid out for a photograph is wider or narrower than one in a catalogue. And a network trained on
garments alone calls an apple a bag, and is sure of it. A tenth of shapes among the training images, each with the same
probability for every class as its target, changes that for other things as well (outlier exposure: Hendrycks et al.,
arXiv:1812.04606).
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from torch import Tensor
from torch.nn import functional

Numbers = NDArray[np.float32]
Mask = NDArray[np.bool_]

SIDE = 112  # pixels; four times that of what the network sees
MIDDLE = SIDE / 2


def half_width(images: Tensor) -> Tensor:
    """Return how far each garment reaches from the middle to a side, as a share of the way: (N, H, W) to (N,)."""
    width = images.shape[2]
    from_middle = (2 * torch.arange(width, device=images.device) - (width - 1)).abs() + 1
    return ((images > 0).any(dim=1) * from_middle).amax(dim=1) / width


def stretched(images: Tensor, widening: Tensor, reach: Tensor) -> Tensor:
    """Return each image with its garment stretched in width.

    A garment that would grow beyond the sides is made smaller as a whole, as ``prepare_image`` would do.

    Args:
        images: brightness with background 0, shape (N, H, H).
        widening: by what the width is multiplied, above 0, shape (N,).
        reach: of each garment, from ``half_width``, shape (N,).

    Returns:
        The same shape, float32; interpolated bilinearly.
    """
    size = 1 / (widening * reach).clamp(min=1)
    # From a place in the result to the one in the image that it shows.
    matrix = functional.pad(torch.diag_embed(torch.stack([1 / (size * widening), 1 / size], dim=1)), [0, 1])
    places = functional.affine_grid(matrix, [len(images), 1, *images.shape[1:]], align_corners=False)
    return functional.grid_sample(images[:, None].float(), places, align_corners=False)[:, 0]


# --- shapes


def made_shapes(count: int, seed: int = 0) -> Numbers:
    """Return shapes of all forms, each filled with a tone that changes slowly over it, prepared as a photograph is.

    They go from 0, which is the background, to 1, and have shape (count, 28, 28).
    """
    rng = np.random.default_rng(seed)
    shapes = np.zeros((count, 28, 28), np.float32)
    for shape in shapes:
        mask = np.zeros((SIDE, SIDE), bool)
        while not mask.any():
            mask = FORMS[rng.integers(len(FORMS))](rng)
        _prepare(np.where(mask, _tones(rng), 0), shape)
    return shapes


def blob(rng: np.random.Generator) -> Mask:
    """Return a round thing with a wavy outline, in one or some pieces."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    mask: Mask = 0.6 * _smooth(rng.normal(size=[rng.integers(3, 7)] * 2)) + 0.9 > 1.6 * np.hypot(x, y)
    return mask


def ellipse(rng: np.random.Generator) -> Mask:
    """Return an ellipse, now and then with a hole, sometimes with stalks."""
    canvas = Image.new("1", (SIDE, SIDE))
    draw = ImageDraw.Draw(canvas)
    radii = rng.uniform(17, 53, 2)
    draw.ellipse([*(MIDDLE - radii), *(MIDDLE + radii)], fill=1)
    if rng.random() < 0.3:
        hole = radii * rng.uniform(0.3, 0.7)
        draw.ellipse([*(MIDDLE - hole), *(MIDDLE + hole)], fill=0)
    for _ in range(rng.integers(0, 3)):
        draw.line(rng.uniform(15, 95, 4).tolist(), fill=1, width=int(rng.integers(3, 14)))
    return np.asarray(canvas.rotate(rng.uniform(0, 180)))


def polygon(rng: np.random.Generator) -> Mask:
    """Return a polygon of 3 to 10 corners, often a star."""
    corners = rng.integers(3, 11)
    angles, radii = np.sort(rng.uniform(0, 2 * np.pi, corners)), rng.uniform(15, 54, corners)
    canvas = Image.new("1", (SIDE, SIDE))
    places = MIDDLE + radii * np.array([np.cos(angles), np.sin(angles)])
    ImageDraw.Draw(canvas).polygon([(x, y) for x, y in places.T.tolist()], fill=1)
    return np.asarray(canvas)


def sticks(rng: np.random.Generator) -> Mask:
    """Return some bars that cross as they like, some with a disk."""
    canvas = Image.new("1", (SIDE, SIDE))
    draw = ImageDraw.Draw(canvas)
    for _ in range(rng.integers(2, 7)):
        draw.line(rng.uniform(8, 104, 4).tolist(), fill=1, width=int(rng.integers(3, 18)))
        if rng.random() < 0.5:
            middle, radius = rng.uniform(20, 90, 2), rng.uniform(5, 26)
            draw.ellipse([*(middle - radius), *(middle + radius)], fill=1)
    return np.asarray(canvas)


FORMS: tuple[Callable[[np.random.Generator], Mask], ...] = (blob, ellipse, polygon, sticks)


def _tones(rng: np.random.Generator) -> Numbers:
    """Return the filling of a shape, above 0 and at most 1: one tone with slow changes and grain, or two in patches."""
    slow = _smooth(rng.uniform(-1, 1, [rng.integers(2, 9)] * 2))
    tones = rng.uniform(0.1, 1) + rng.uniform(0, 0.5) * slow + 0.03 * rng.normal(size=(SIDE, SIDE))
    if rng.random() < 0.3:
        tones = np.where(_smooth(rng.normal(size=(4, 4))) > 0, tones, rng.uniform(0.1, 1))
    return tones.clip(0.02, 1).astype(np.float32)


def _smooth(values: NDArray[np.float64]) -> Numbers:
    image = Image.fromarray(values.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _prepare(picture: Numbers, into: Numbers) -> None:
    """Trim, scale the longer side to 28 by area mean, and centre."""
    rows, columns = np.flatnonzero(picture.any(axis=1)), np.flatnonzero(picture.any(axis=0))
    trimmed = Image.fromarray(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    width, height = (max(1, round(28 * side / max(trimmed.size))) for side in trimmed.size)
    top, left = (28 - height) // 2, (28 - width) // 2
    small = np.asarray(trimmed.resize((width, height), Image.Resampling.BOX))
    into[top : top + height, left : left + width] = small.clip(0, 1)
