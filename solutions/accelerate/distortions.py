"""What photographs do to a garment that a catalogue does not: one that is laid out is wider, or narrower."""

import torch
from torch import Tensor
from torch.nn import functional


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
