"""The formats by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from autograder.exporting.canvas import canvas_csv
from autograder.exporting.gradescope import gradescope_zip
from autograder.exporting.moodle import moodle_csv
from autograder.exporting.plain_csv import plain_csv
from autograder.exporting.verdicts_json import verdicts_json
from autograder.marks import Mark


@dataclass(frozen=True)
class Format:
    """A format: how its files end, and what they hold."""

    ending: str
    write: Callable[[Sequence[Mark]], str | bytes]


FORMATS: Mapping[str, Format] = {
    "csv": Format(".csv", plain_csv),
    "canvas": Format("-canvas.csv", canvas_csv),
    "moodle": Format("-moodle.csv", moodle_csv),
    "gradescope": Format("-gradescope.zip", gradescope_zip),
    "json": Format(".json", verdicts_json),
}
