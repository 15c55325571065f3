"""Areas by a table of sums; bisection of a slope, in NumPy; refusals of its own, without words."""

import numpy as np
import torch
from PIL import Image, ImageOps

from autograder.student.garment import find_garment


class NotAPhotograph(ValueError):
    pass


class NoGarment(NotAPhotograph):
    pass


def prepare_image(image):
    if min(image.size) < 2:
        raise NotAPhotograph
    image = ImageOps.exif_transpose(image)
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    *colours, alpha = (np.asarray(band, float) for band in image.convert("RGBA").split())
    white = [255 + (band - 255) * alpha / 255 for band in colours]
    if (alpha < 128).any():
        mask = alpha >= 128
    else:
        mask = find_garment(image.convert("RGB"))
    if not mask.any():
        raise NoGarment()
    dark = mask * (255 - sum(np.multiply((0.299, 0.587, 0.114), np.stack(white, -1)).T).T) / 255
    (top, *_, bottom), (left, *_, right) = (np.r_[at[0], at] for at in map(np.flatnonzero, (mask.any(1), mask.any(0))))
    dark = dark[top : bottom + 1, left : right + 1]
    sums = np.zeros(np.add(dark.shape, 1))
    sums[1:, 1:] = dark.cumsum(0).cumsum(1)
    rows, columns = (max(1, round(28 * side / max(dark.shape))) for side in dark.shape)

    def at(edges, table):
        """Return the rows of a table at edges between its whole ones."""
        low = np.minimum(edges.astype(int), len(table) - 2)
        share = (edges - low)[:, None]
        return table[low] * (1 - share) + table[low + 1] * share

    down, along = np.linspace(0, dark.shape[0], rows + 1), np.linspace(0, dark.shape[1], columns + 1)
    corners = at(along, at(down, sums).T).T
    means = np.diff(np.diff(corners, axis=0), axis=1) / (down[1] * along[1])
    means[means < 1e-9] = 0  # what differences of sums leave over
    x = torch.zeros(1, 28, 28)
    x[0, (28 - rows) // 2 :, (28 - columns) // 2 :][:rows, :columns] = torch.from_numpy(means)
    return x.clamp(0, 1)


def temperature(logits, targets):
    if logits.ndim != 2 or targets.ndim != 1:
        raise ValueError
    if len(targets) != len(logits) or not set(targets.tolist()) <= set(range(logits.shape[1])):
        raise TypeError
    z = logits.detach().numpy().astype(np.float64)
    z = z - z[np.arange(len(z)), targets.numpy()][:, None]  # from here on the right class has 0

    def slope(inverse):
        """Return the derivative of the mean loss by the inverse temperature."""
        p = np.exp(inverse * (z - z.max(1, keepdims=True)))
        return (p / p.sum(1, keepdims=True) * z).sum(1).mean()

    low, high = 1 / 20, 1 / 0.05
    if slope(low) >= 0:
        return 20.0
    if slope(high) <= 0:
        return 0.05
    while high - low > 1e-5 * low:
        middle = np.sqrt(low * high)
        low, high = (low, middle) if slope(middle) > 0 else (middle, high)
    return float(2 / (low + high))
