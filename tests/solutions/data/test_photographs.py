"""The real photographs: complete, labelled, free of metadata, and divided; what is reported was never chosen by."""

from collections import Counter

from PIL import Image

from solutions.data.photographs import FOLDER, KINDS, real_photographs
from solutions.dropout import Classifier

CHOOSE, REPORT = real_photographs("choose"), real_photographs("report")


def test_each_file_is_listed_once_under_a_label_of_the_classifier_and_a_kind() -> None:
    photos = CHOOSE + REPORT
    assert sorted(photo.path for photo in photos) == sorted(FOLDER.glob("*.jpg"))
    assert len({photo.source for photo in photos}) == len(photos) == 157
    assert {photo.label for photo in photos} == set(Classifier.labels) - {"Bag"}
    assert {photo.kind for photo in photos} == set(KINDS)


def test_a_third_of_each_label_and_kind_is_for_the_report() -> None:
    chosen, reported = (Counter((photo.label, photo.kind) for photo in part) for part in (CHOOSE, REPORT))
    assert (len(CHOOSE), len(REPORT)) == (105, 52)
    assert all(abs(reported[pair] - (chosen[pair] + reported[pair]) / 3) < 1 for pair in chosen | reported)


def test_no_photograph_tells_where_or_when_it_was_taken_or_is_larger_than_it_has_to_be() -> None:
    for photo in CHOOSE + REPORT:
        with Image.open(photo.path) as image:
            assert not image.getexif() and "comment" not in image.info
            assert max(image.size) <= 448
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 4e6
