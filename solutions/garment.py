"""Find the garment in a photograph by its difference from the background, in any light.

``solutions/deploy/web/garment.js`` does the same for a page and has to give the same mask, so the arithmetic is exact
in both: sums are of whole numbers, and the few floating numbers are computed one by one, in the same order.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Numbers = NDArray[Any]
Mask = NDArray[np.bool_]

SIDE = 224  # pixels; a larger photograph is looked at in blocks, and then in detail along the outline
FRAME = 16  # the first guess is the picture without a frame, as wide as one such part of its shorter side
ROUNDS = 4  # of looking for the background around the garment, and then for the garment
FITS = 2  # of leaving outliers out of the background
PLACES = 75  # along the longer side, to whose pixels the background is fitted
RIDGE = 0.001  # keeps a surface flat where its pixels do not say how it bends
NEAR = (8, 40)  # of 255: between these limits lies how far a pixel of the background may be from its surface
CLEARLY = (18, 70)  # of 255: between these limits lies how far a colour of the garment has to be
PART = 15  # percent of the largest part; smaller ones are specks
INNER = 25  # percent of what touches the border; if what does not is larger, it is the garment
HOLE = 5  # percent of the garment; a smaller hole in it is filled, as it is a print or a highlight
BINS = 16  # of each channel, in which colours are counted


def find_garment(image: Image.Image) -> Mask:
    """Return the mask of the garment in a photograph.

    The first guess is all of the picture but a frame, and some rounds mend it, as in GrabCut (Rother and colleagues,
    2004). In each the background is a surface for each colour channel, quadratic in the place and fitted to the pixels
    around the garment without the outliers among them: it follows the falloff of a lamp. Two things speak for a pixel:
    it is far from that surface, where "far" is a share of Otsu's threshold (Otsu, 1979) between limits; and its colour
    is more frequent in the garment than around it, which tells it from boards and patterns. Specks do not count, nor do
    parts that touch the border if there are others.

    Args:
        image: mode RGB, 2 pixels wide and high or more.

    Returns:
        bool, shape (height, width); all False where nothing stands out.
    """
    if max(image.size) > SIDE:
        return _find(image)
    return _find_in(image.mode, image.size, image.tobytes()).copy()


@lru_cache(maxsize=64)
def _find_in(mode: str, size: tuple[int, int], pixels: bytes) -> Mask:
    """Cache the masks of small pictures: a check shows the same to each known mistake."""
    return _find(Image.frombytes(mode, size, pixels))


def _find(image: Image.Image) -> Mask:
    block = -(-max(image.size) // SIDE)
    colours = np.asarray(image.reduce(block) if block > 1 else image).astype(np.int64)
    frame = -(-min(colours.shape[:2]) // FRAME)
    garment = np.zeros(colours.shape[:2], bool)
    garment[frame:-frame, frame:-frame] = True
    for _ in range(ROUNDS):
        background = fitted_background(colours, ~garment)
        distance = np.abs(colours - background).max(axis=2)
        limit = min(max(6 * otsu(distance) // 10, CLEARLY[0]), CLEARLY[1])
        garment = largest_parts(votes(colours, garment, distance, limit) > 0)
        if garment.all() or not garment.any():
            break
    return in_detail(without_holes(garment), np.asarray(image), background.astype(np.uint8), limit, block)


def fitted_background(colours: Numbers, around_garment: Mask) -> Numbers:
    """Return the background's colour at each pixel, covered or not.

    Args:
        colours: int64 from 0 to 255, shape (height, width, 3).
        around_garment: the pixels to fit it to, some of them, shape (height, width).

    Returns:
        The same shape and type as ``colours``.
    """
    height, width, _ = colours.shape
    x, y = np.meshgrid(2 * np.arange(width) - (width - 1), 2 * np.arange(height) - (height - 1))
    size = max(height, width)
    step = -(-size // PLACES)
    chosen = np.zeros_like(around_garment)
    chosen[::step, ::step] = around_garment[::step, ::step]
    if not chosen.any():
        chosen = around_garment
    at_x, at_y, seen = x[chosen], y[chosen], colours[chosen]
    middle = np.sort(seen, axis=0)[len(seen) // 2]
    seen = seen - middle
    terms = np.stack([np.ones_like(at_x), at_x, at_y, at_x * at_x, at_x * at_y, at_y * at_y], axis=1)
    sizes = [1, size, size, size * size, size * size, size * size]
    off = np.abs(seen).max(axis=1)
    for _ in range(FITS + 1):
        near = off <= min(max(3 * int(np.sort(off)[len(off) // 2]), NEAR[0]), NEAR[1])
        if not near.any():
            return np.broadcast_to(middle, colours.shape)  # no colour is the background's own
        fitted_to = terms[near]
        matrix = [[float(value) for value in row] for row in (fitted_to.T @ fitted_to).tolist()]
        for k in range(1, 6):
            matrix[k][k] += RIDGE * len(fitted_to) * (sizes[k] * sizes[k])
        columns = [[float(value) for value in row] for row in (fitted_to.T @ seen[near]).tolist()]
        weights = solved(matrix, columns)
        off = np.abs(seen - surface(weights, at_x, at_y)).max(axis=1)
    fitted: Numbers = (surface(weights, x, y) + middle).clip(0, 255)
    return fitted


def surface(weights: list[list[float]], x: Numbers, y: Numbers) -> Numbers:
    """Return the value of each channel's polynomial at places, int64, the shape of ``x`` and one dimension more."""
    channels = []
    for c in range(3):
        w = [row[c] for row in weights]
        value = w[0] + w[1] * x + w[2] * y + w[3] * (x * x) + w[4] * (x * y) + w[5] * (y * y)
        channels.append(np.floor(value + 0.5).astype(np.int64))
    return np.stack(channels, axis=-1)


def solved(matrix: list[list[float]], columns: list[list[float]]) -> list[list[float]]:
    """Solve a positive definite system for three right-hand sides by Gaussian elimination; both lists are used up."""
    n = len(matrix)
    for k in range(n):
        for i in range(k + 1, n):
            factor = matrix[i][k] / matrix[k][k]
            for j in range(k, n):
                matrix[i][j] -= factor * matrix[k][j]
            for c in range(3):
                columns[i][c] -= factor * columns[k][c]
    for k in reversed(range(n)):
        for c in range(3):
            rest = columns[k][c]
            for j in range(k + 1, n):
                rest -= matrix[k][j] * columns[j][c]
            columns[k][c] = rest / matrix[k][k]
    return columns


def otsu(values: Numbers) -> int:
    """Return the threshold that best divides whole numbers from 0 to 255 into two groups; the lower includes it."""
    counts = np.bincount(values.ravel(), minlength=256).astype(np.float64)
    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    pairs = below * (below[-1] - below)
    gap = sums[-1] * below - sums * below[-1]
    return int(np.where(pairs > 0, gap * gap / np.maximum(pairs, 1), -1).argmax())


def votes(colours: Numbers, garment: Mask, distance: Numbers, limit: int) -> Numbers:
    """Return each pixel's evidence for garment, above 0, or for background, summed with that of its neighbours."""
    step = 256 // BINS
    red, green, blue = np.moveaxis(colours // step, 2, 0)
    bins = (red * BINS + green) * BINS + blue
    inside, outside = (blurred_counts(bins[which]) for which in (garment, ~garment))
    inside, outside = inside * int((~garment).sum()), outside * int(garment.sum())
    share = np.floor((inside - outside) / np.maximum(inside + outside, 1) * 100 + 0.5).astype(np.int64)
    far = ((distance - limit) * 100 // limit).clip(-100, 100)
    return around(around(share[bins] + far))


def blurred_counts(bins: Numbers) -> Numbers:
    """Return how often each bin occurs, each shared with its neighbours in colour, shape (BINS³,)."""
    counts = np.bincount(bins, minlength=BINS**3).reshape(BINS, BINS, BINS)
    for axis in range(3):
        counts = np.moveaxis(counts, axis, 0)
        wide = np.pad(counts, ((1, 1), (0, 0), (0, 0)))
        counts = np.moveaxis(wide[:-2] + 2 * counts + wide[2:], 0, axis)
    return counts.ravel()


def around(values: Numbers) -> Numbers:
    """Return the sum of each value and its eight neighbours; beyond the edge there is 0."""
    wide = np.pad(values, 1)
    rows = wide[:-2] + wide[1:-1] + wide[2:]
    total: Numbers = rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]
    return total


def largest_parts(mask: Mask) -> Mask:
    """Return the mask without its specks, and without parts that touch the border if enough is left then."""
    if not mask.any():
        return mask
    part, sizes, touches = parts(mask)
    inner = np.where(touches, 0, sizes)
    if inner.sum() > 0 and 100 * inner.max() >= INNER * (sizes.sum() - inner.sum()):
        sizes = inner
    result = np.zeros_like(mask)
    result[mask] = ((sizes > 0) & (100 * sizes >= PART * sizes.max()))[part]
    return result


def without_holes(garment: Mask) -> Mask:
    """Return the mask with its small holes filled."""
    part, sizes, touches = parts(~garment)
    result = garment.copy()
    result[~garment] = (~touches & (100 * sizes < HOLE * garment.sum()))[part]
    return result


def part_sizes(mask: Mask) -> list[int]:
    """Return how many pixels each part of a mask has, the largest first."""
    _, sizes, _ = parts(mask)
    return sorted(sizes[sizes > 0].tolist(), reverse=True)


def parts(mask: Mask) -> tuple[Numbers, Numbers, Mask]:
    """Return the parts of a mask, whose pixels hang together by sides or corners.

    Returns:
        The number of the part of each pixel of the mask, row by row; and for each number, as some stand for none, how
        many pixels the part has and whether it touches the border.
    """
    height, width = mask.shape
    stride = width + 2
    starts, ends = runs(mask)
    part, lengths = connected(starts, ends, stride), ends - starts
    sizes = np.bincount(part, lengths, minlength=len(part)).astype(np.int64)
    row, left, right = starts // stride, starts % stride == 1, ends % stride == width + 1
    touches = np.zeros(len(part), bool)
    touches[part[(row == 0) | (row == height - 1) | left | right]] = True
    return np.repeat(part, lengths), sizes, touches


def runs(mask: Mask) -> tuple[Numbers, Numbers]:
    """Return where each run of pixels in a row starts and ends, counted with a column of nothing on either side."""
    flat = np.pad(mask, ((0, 0), (1, 1))).ravel()
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    return changes[::2], changes[1::2]


def connected(starts: Numbers, ends: Numbers, stride: int) -> Numbers:
    """Return for each run of pixels the first run that it is connected with over any others."""
    first, last = np.searchsorted(ends, starts + stride), np.searchsorted(starts, ends + stride, side="right")
    count = last - first
    above = np.repeat(np.arange(len(starts)), count)
    below = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    part = np.arange(len(starts))
    while True:
        lowest = part.copy()
        np.minimum.at(lowest, above, part[below])
        np.minimum.at(lowest, below, part[above])
        np.minimum.at(lowest, part, lowest.copy())  # what was one part goes together
        lowest = lowest[lowest]
        if (lowest == part).all():
            return part
        part = lowest


def in_detail(garment: Mask, colours: Numbers, background: Numbers, limit: int, block: int) -> Mask:
    """Return a mask of blocks as one of pixels: along its outline the distance of each pixel decides.

    Args:
        garment: of blocks.
        colours: uint8, of pixels, shape (height, width, 3).
        background: uint8, of blocks, with three channels.
        limit: the distance from the background above which a pixel is garment.
        block: width and height of a block in pixels.
    """
    height, width, _ = colours.shape
    core, near = around(~garment) == 0, around(garment) > 0
    result = np.zeros((height, width), bool)
    rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
    if len(rows) == 0:
        return result
    blocks = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    pixels = np.s_[rows[0] * block : (rows[-1] + 1) * block, columns[0] * block : (columns[-1] + 1) * block]
    part = colours[pixels].astype(np.int16)

    def enlarged(values: Numbers) -> Numbers:
        return values[blocks].repeat(block, axis=0).repeat(block, axis=1)[: part.shape[0], : part.shape[1]]

    far = np.zeros(part.shape[:2], bool)
    for c in range(3):
        far |= np.abs(part[..., c] - enlarged(background[..., c])) > limit
    result[pixels] = enlarged(core) | (enlarged(near) & far)
    return result
