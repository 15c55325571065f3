"""What notebooks are given to find a garment with."""

import numpy as np
from PIL import Image, ImageDraw

from autograder.student.garment import SIDE, find_garment


def drawn(side: int) -> Image.Image:
    """A dark square in the middle of a light picture."""
    image = Image.new("RGB", (side, side), "white")
    ImageDraw.Draw(image).rectangle((side // 4, side // 4, side // 2, side // 2), fill="navy")
    return image


def test_a_picture_that_was_seen_before_gets_the_same_mask_whatever_was_done_to_the_first() -> None:
    first = find_garment(drawn(SIDE))
    before = first.copy()
    first[:] = True
    assert np.array_equal(find_garment(drawn(SIDE)), before)
    assert 0 < before.sum() < before.size


def test_another_picture_of_the_same_size_gets_a_mask_of_its_own() -> None:
    light = Image.new("RGB", (SIDE, SIDE), "white")
    assert find_garment(drawn(SIDE)).any()
    assert not find_garment(light).any()
