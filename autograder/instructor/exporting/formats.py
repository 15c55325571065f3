"""The formats by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from autograder.instructor.exporting.canvas import canvas_csv
from autograder.instructor.exporting.gradescope import gradescope_zip
from autograder.instructor.exporting.moodle import moodle_csv
from autograder.instructor.exporting.plain_csv import plain_csv
from autograder.instructor.exporting.verdicts_json import verdicts_json
from autograder.instructor.gradebook.marks import Mark


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes:
        ending: of its files.
        write: returns marks in it.
        is_archive: whether that is a zip, and no text.
        blank_while_unmarked: whether it leaves a mark out while an answer is unmarked.
        can_be_filled: whether marks can be put into a file that the system gave out.
    """

    ending: str
    write: Callable[[Sequence[Mark]], str | bytes]
    is_archive: bool = False
    blank_while_unmarked: bool = False
    can_be_filled: bool = False


FORMATS: Mapping[str, Format] = {
    "csv": Format(".csv", plain_csv, blank_while_unmarked=True),
    "canvas": Format("-canvas.csv", canvas_csv, blank_while_unmarked=True, can_be_filled=True),
    "moodle": Format("-moodle.csv", moodle_csv, blank_while_unmarked=True, can_be_filled=True),
    "gradescope": Format("-gradescope.zip", gradescope_zip, is_archive=True),
    "json": Format(".json", verdicts_json),
}
