"""What photographs do to a garment that a catalogue does not: it is stretched, turned, and lit from a side."""

import torch
from torch import Tensor
from torch.nn import functional


def half_width(images: Tensor) -> Tensor:
    """Return how far each garment reaches from the middle to a side, as a share of the way: (N, H, W) to (N,)."""
    width = images.shape[2]
    from_middle = (2 * torch.arange(width, device=images.device) - (width - 1)).abs() + 1
    return ((images > 0).any(dim=1) * from_middle).amax(dim=1) / width


def stretched_and_turned(images: Tensor, widening: Tensor, angle: Tensor, reach: Tensor) -> Tensor:
    """Return each image with its garment stretched in width, then turned about the middle.

    A garment that would grow beyond the sides is made smaller as a whole, as ``prepare_image`` would do.

    Args:
        images: brightness with background 0, shape (N, H, H).
        widening: by what the width is multiplied, above 0, shape (N,).
        angle: in radians, clockwise, shape (N,).
        reach: of each garment, from ``half_width``, shape (N,).

    Returns:
        The same shape, float32; interpolated bilinearly.
    """
    size = 1 / (widening * reach).clamp(min=1)
    cos, sin = angle.cos(), angle.sin()
    # From a place in the result to the one in the image that it shows.
    across, down = 1 / (size * widening), 1 / size
    rows = [torch.stack([cos * across, sin * across], dim=1), torch.stack([-sin * down, cos * down], dim=1)]
    matrix = functional.pad(torch.stack(rows, dim=1), [0, 1])
    places = functional.affine_grid(matrix, [len(images), 1, *images.shape[1:]], align_corners=False)
    return functional.grid_sample(images[:, None].float(), places, align_corners=False)[:, 0]


def lit(images: Tensor, light: Tensor) -> Tensor:
    """Return each image with its garment under a light that varies from side to side.

    Light multiplies grey, which is 1 - brightness; where an image is 0, there is no garment, and it stays 0.

    Args:
        images: brightness from 0 to 1, shape (N, H, W).
        light: how much stronger it is than 1 in the middle, and by what it grows from there to the right and to the
            lower side, shape (N, 3).

    Returns:
        The same shape, from 0 to 1.
    """
    down, across = (torch.linspace(-1, 1, side, device=images.device) for side in images.shape[1:])
    middle, right, lower = light[:, :, None, None].unbind(dim=1)
    strength = 1 + middle + right * across + lower * down[:, None]
    return torch.where(images > 0, (1 - (1 - images) * strength).clamp(0, 1), 0)
