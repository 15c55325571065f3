"""Things that are no garments: what they are, and what the book shows of them."""

import json
from statistics import mean
from unicodedata import name

import numpy as np

from bench import things
from solutions.accelerate.recipes import RECIPES
from solutions.deploy.doubt import doubt


def test_nothing_that_is_worn_or_carried_is_among_them() -> None:
    names = [name(character) for character in things.things()]
    assert "RED APPLE" in names
    assert "HAMMER AND WRENCH" not in names, "a drawing of the other kind, which a font may show as text"
    assert not [one for one in names if any(word in one.split() for word in ("SHOE", "BAG", "DRESS", "BOOT", "COAT"))]
    assert len(names) == len(set(names)) > 300


def test_each_lies_within_a_photograph_of_its_own_background() -> None:
    apple, bus = list(things.photographs([chr(0x1F34E), chr(0x1F68C)]))
    assert {apple.size, bus.size} == {(600, 800)}
    assert (doubt(apple), doubt(bus)) == ("", "")
    assert np.asarray(apple)[..., 0].max() > 150, "it is drawn in its colour"
    again, _ = list(things.photographs([chr(0x1F34E), chr(0x1F68C)]))
    assert again.tobytes() == apple.tobytes()


def test_the_books_figures_are_of_the_recipe_as_it_is_and_shapes_help_in_them() -> None:
    """Where this fails: ``make things WRITE=1``."""
    rows = json.loads(things.WRITTEN.read_text())["rows"]
    by_shapes = {share: [row for row in rows if row["shapes"] == share] for share in (0.0, RECIPES["photo"].shapes)}
    assert sum(map(len, by_shapes.values())) == len(rows)
    without, with_shapes = by_shapes.values()
    assert [row["seed"] for row in without] == [row["seed"] for row in with_shapes] == list(things.SEEDS)
    assert max(row["answered"] for row in with_shapes) < min(row["answered"] for row in without) / 2
    assert mean(row["valid"] for row in with_shapes) > mean(row["valid"] for row in without) - 0.005
