"""When an answer says that the photograph should be taken again; that the page says so alike, its own tests see."""

import numpy as np
import pytest
from PIL import Image

from autograder.student.garment import SIDE, find_garment
from solutions.data import Dataset
from solutions.deploy.doubt import RUNS_OFF, TWO_THINGS, doubt, ends_within, is_one_thing
from solutions.deploy.garment_answer import GarmentAnswer
from tests.solutions.deploy.browser_photos import garment_on


def test_a_garment_may_lie_along_a_twentieth_of_the_edge() -> None:
    garment = np.zeros((50, 52), bool)  # 200 pixels of edge
    garment[10:40, 10:40] = True
    garment[20:30, 0] = True
    assert ends_within(garment)
    garment[30, 0] = True
    assert not ends_within(garment)


def test_a_second_part_half_as_large_as_the_largest_is_another_thing_and_a_strap_is_not() -> None:
    garment = np.zeros((50, 52), bool)
    garment[5:25, 10:20] = True  # 200 pixels
    garment[30:40, 10:19] = True
    assert is_one_thing(garment)
    garment[30:40, 19] = True
    assert not is_one_thing(garment)
    assert is_one_thing(np.zeros((50, 52), bool))


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGB"])
def test_what_fills_the_picture_is_doubted_in_any_mode(sample: Dataset, mode: str) -> None:
    photo = garment_on((255, 255, 255), sample.test_images[0], (300, 300), 0)
    photo.paste((20, 20, 20), (0, 100, 300, 300))
    assert doubt(photo.convert(mode)) == RUNS_OFF


def test_a_doubted_answer_is_unsure_however_probable_and_says_how_to_take_it_again() -> None:
    ranked = [("Bag", 0.98), ("Shirt", 0.02)]
    assert not GarmentAnswer(ranked).is_unsure
    doubted = GarmentAnswer(ranked, doubt=TWO_THINGS)
    assert doubted.is_unsure
    assert TWO_THINGS in doubted.in_words
    assert doubted.as_json["doubt"] == TWO_THINGS


def test_a_picture_that_was_seen_before_gets_the_same_mask_whatever_was_done_to_the_first() -> None:
    drawn, light = (Image.new("RGB", (SIDE, SIDE), "white") for _ in range(2))
    drawn.paste("navy", (SIDE // 4, SIDE // 4, SIDE // 2, SIDE // 2))
    first = find_garment(drawn)
    before = first.copy()
    first[:] = True
    assert np.array_equal(find_garment(drawn), before)
    assert 0 < before.sum() < before.size
    assert not find_garment(light).any()
