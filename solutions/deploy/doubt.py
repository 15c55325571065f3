"""When a photograph should be taken again: what was taken for the garment runs off the picture. Needs no PyTorch."""

import numpy as np
from PIL import Image

from autograder.student.garment import find_garment

EDGE = 5
"""Percent of a picture's edge; where a garment lies along more of it, the background was not found.

Chosen on photographs made of garments of the test set on every kind of background (``bench.photos`` prints how many
answers are right with and without the rule); a garment that the picture cuts off looks the same.
"""

TAKE_AGAIN = (
    "What was taken for the garment runs off the picture, so the background was not found, or someone wears it. "
    "Take the photograph again: the garment alone, with space around it, on a plain background of another colour."
)


def background_found(image: Image.Image) -> bool:
    """Say whether the garment ends within the picture.

    Args:
        image: a photograph that ``prepare_image`` takes, turned upright. Of one that is partly transparent, or has 16
            bits, nothing is doubted.
    """
    if image.mode.startswith("I"):
        return True
    image = image.convert("RGBA")
    if np.asarray(image.getchannel("A")).min() < 128:
        return True
    if max(image.size) > 1024:
        image = image.reduce(max(image.size) // 512)
    on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return ends_within(find_garment(on_white))


def ends_within(garment: np.ndarray) -> bool:
    """Say whether a garment's mask, bool, shape (height, width), lies along little of the picture's edge."""
    edge = np.concatenate([garment[0], garment[-1], garment[1:-1, 0], garment[1:-1, -1]])
    return bool(100 * edge.sum() <= EDGE * len(edge))
