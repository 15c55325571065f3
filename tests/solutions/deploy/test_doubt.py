"""When an answer says that the photograph should be taken again."""

import numpy as np
import pytest

from bench.photographs import photographs
from solutions.data import Dataset
from solutions.deploy.answers import Answer
from solutions.deploy.doubt import TAKE_AGAIN, background_found, ends_within
from tests.solutions.deploy.photographs import cut_out, garment_on


def test_a_garment_may_lie_along_a_twentieth_of_the_edge() -> None:
    garment = np.zeros((50, 52), bool)  # 200 pixels of edge
    garment[10:40, 10:40] = True
    garment[20:30, 0] = True
    assert ends_within(garment)
    garment[30, 0] = True
    assert not ends_within(garment)


def test_a_garment_with_space_around_it_is_not_doubted(sample: Dataset) -> None:
    for kind in ("white", "coloured", "transparent"):
        photo = next(photographs(sample.test_images, kind, np.array([3]), seed=0))
        assert background_found(photo), kind


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGB"])
def test_what_fills_the_picture_is_doubted_in_any_mode(sample: Dataset, mode: str) -> None:
    photo = garment_on((255, 255, 255), sample.test_images[0], (300, 300), 0)
    photo.paste((20, 20, 20), (0, 100, 300, 300))
    assert not background_found(photo.convert(mode))


def test_a_cut_out_is_never_doubted(sample: Dataset) -> None:
    assert background_found(cut_out(sample.test_images[0], 40))


def test_a_doubted_answer_is_unsure_however_probable_and_says_how_to_take_it_again() -> None:
    ranked = [("Bag", 0.98), ("Shirt", 0.02)]
    assert not Answer(ranked).is_unsure
    doubted = Answer(ranked, background_found=False)
    assert doubted.is_unsure
    assert TAKE_AGAIN in doubted.in_words
    assert doubted.as_json["background_found"] is False
