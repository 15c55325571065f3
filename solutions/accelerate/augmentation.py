"""Augmentation of the training images: garments as in photographs, pairs of shoes, and shapes that are no garments.

Laid on a floor, a garment is wider than in a catalogue, its sleeves spread, its outline bent; light makes it paler or
darker. Shoes come in pairs, side by side, and at 28×28 a pair of sandals is two legs. And a network trained on garments
alone calls an apple a bag, and is sure of it. A tenth of shapes among the training images, each with the same
probability for every class as its target, changes that for other things as well (outlier exposure: Hendrycks et al.,
arXiv:1812.04606).
"""

import math
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


POINTS = 3  # each way, at which a bend is drawn
SHOES = (5, 7, 9)  # classes that people own and photograph in pairs
BACKGROUND = 0.02  # brightness below which there is no garment


def bent(images: Tensor, bends: Tensor) -> Tensor:
    """Return each image with its garment bent.

    Args:
        images: brightness with background 0, shape (N, H, H).
        bends: where each of 3×3 points looks, beside its own place, as a share of half a side: (N, 2, 3, 3).

    Returns:
        The same shape, float32; interpolated bilinearly.
    """
    moves = functional.interpolate(bends, size=images.shape[1:], mode="bilinear", align_corners=True)
    still = torch.eye(2, 3, device=images.device).expand(len(images), 2, 3)
    return _looked_up(images, _places(images, still) + moves.permute(0, 2, 3, 1))


def toned(images: Tensor, tones: Tensor) -> Tensor:
    """Return images (N, H, H) with each garment's brightness multiplied by 1 + its first tone, plus half its second.

    It stays from 0 to 1, and the background at 0; the tones have shape (N, 2).
    """
    factor, more = tones[:, :, None, None].unbind(dim=1)
    return (images * (1 + factor) + more / 2).clamp(0, 1) * (images > BACKGROUND)


def made_pairs(shoes: Tensor, seed: int = 0) -> Tensor:
    """Return each shoe (N, 28, 28) as a pair in some position, prepared as a photograph is.

    Half of the pairs point to a side, one shoe behind the other, and half up or down, as seen from above; of some of
    these the second shoe is the first one's mirror image.
    """
    rng = torch.Generator().manual_seed(seed)

    def drawn(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(len(shoes), generator=rng)

    upright, mirrored = drawn(0, 1) < 0.5, drawn(0, 1) < 0.5
    degrees = torch.where(upright, 90 * drawn(-1, 1).sign() + drawn(-25, 25), drawn(-35, 35))
    second = torch.where((upright & mirrored)[:, None, None], shoes.flip(1), shoes)
    apart = torch.stack([drawn(-0.3, 0.3), drawn(0.2, 0.6)], dim=1)[:, :, None]  # along the shoe and across it
    angle = degrees * math.pi / 180
    turn = 1.9 * torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()], dim=1).view(-1, 2, 2)
    near = _looked_up(shoes, _places(shoes, torch.cat([turn, apart], dim=2)))
    far = _looked_up(second, _places(shoes, torch.cat([turn, -apart], dim=2)))
    return _fitted(torch.where(near > BACKGROUND, near, far))


def _fitted(images: Tensor) -> Tensor:
    """Return each image (N, H, H) trimmed, with the longer side made as long as the picture's, and centred."""
    seen, size = images > BACKGROUND, images.shape[1]
    middles, halves = [], []
    for along in (seen.any(dim=1), seen.any(dim=2)):  # columns, and rows
        first, after = along.int().argmax(dim=1), size - along.flip(1).int().argmax(dim=1)
        middles.append((first + after) / size - 1)
        halves.append((after - first) / size)
    scale = torch.eye(2) * torch.stack(halves).amax(dim=0)[:, None, None]
    return _looked_up(images, _places(images, torch.cat([scale, torch.stack(middles, dim=1)[:, :, None]], dim=2)))


def _places(images: Tensor, matrices: Tensor) -> Tensor:
    """Return where each pixel of the result of affine maps (N, 2, 3) looks, from -1 to 1."""
    return functional.affine_grid(matrices, [len(images), 1, *images.shape[1:]], align_corners=False)


def _looked_up(images: Tensor, places: Tensor) -> Tensor:
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
