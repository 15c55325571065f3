"""When a photograph should be taken again: its garment runs off the picture, or is not alone. Needs no PyTorch."""

import numpy as np
from PIL import Image

from autograder.student.garment import find_garment, part_sizes

EDGE = 5
"""Percent of a picture's edge; where a garment lies along more of it, the background was not found.

Chosen, as ``SECOND`` is, on photographs made of garments of the test set on every kind of background (``bench.photos``
prints how many answers are right with and without the rules); a garment that the picture cuts off looks the same.
"""

SECOND = 50
"""Percent of the largest part of what stands out; another one that is as large is a second thing, such as a shoe."""

RUNS_OFF = (
    "What was taken for the garment runs off the picture, so the background was not found, or someone wears it. "
    "Take the photograph again: the garment alone, with space around it, on a plain background of another colour."
)
TWO_THINGS = (
    "There seem to be two things in the picture. Take the photograph again: one garment alone, of a pair one shoe, "
    "on a plain background of another colour."
)


def doubt(image: Image.Image) -> str:
    """Say why a photograph should be taken again, and how; nothing where its garment lies alone within it.

    Args:
        image: a photograph that ``prepare_image`` takes, turned upright. Of one that is partly transparent, or has 16
            bits, nothing is doubted.
    """
    if image.mode.startswith("I"):
        return ""
    image = image.convert("RGBA")
    if np.asarray(image.getchannel("A")).min() < 128:
        return ""
    if max(image.size) > 1024:
        image = image.reduce(max(image.size) // 512)
    on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    garment = find_garment(on_white)
    if not ends_within(garment):
        return RUNS_OFF
    return "" if is_one_thing(garment) else TWO_THINGS


def ends_within(garment: np.ndarray) -> bool:
    """Say whether a garment's mask, bool, shape (height, width), lies along little of the picture's edge."""
    edge = np.concatenate([garment[0], garment[-1], garment[1:-1, 0], garment[1:-1, -1]])
    return bool(100 * edge.sum() <= EDGE * len(edge))


def is_one_thing(garment: np.ndarray) -> bool:
    """Say whether no other part of a garment's mask, bool, shape (height, width), is half as large as the largest."""
    largest, second = [*part_sizes(garment), 0, 0][:2]
    return largest == 0 or 100 * second < SECOND * largest
