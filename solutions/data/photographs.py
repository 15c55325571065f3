"""Real photographs of garments: two thirds to choose settings with, one third to report."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from solutions.data import DATA

FOLDER = DATA / "photographs"
Part = Literal["choose", "report"]
KINDS = {
    "plain": "on one even background, as in a catalogue",
    "hanger": "hung up",
    "flat": "on a floor, a bed or a table",
    "clutter": "on a pattern, a box or a hand, or beside other things",
}


@dataclass(frozen=True)
class RealPhotograph:
    """A photograph that somebody took, of at most 448×448 pixels."""

    path: Path
    label: str  # the garment, judged by eye: one of the classifier's labels, "Bag" excepted
    kind: str  # one of ``KINDS``
    part: Part  # "choose" for settings, thresholds and models; "report" for the number that is printed, no more


def real_photographs(part: Part) -> list[RealPhotograph]:
    """Return the photographs of a part, in the order of ``index.csv``."""
    with (FOLDER / "index.csv").open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["part"] == part]
    return [RealPhotograph(FOLDER / row["file"], row["label"], row["kind"], part) for row in rows]
