"""`autograder prove` names what does not hold of a course in one line each, and a release stops there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.course import Course
from autograder.instructor.authoring.right_answers import catalogue_of
from tests.test_cli import here, refused

CHAPTER, CHECKS = "chapters/1-means.md", "checks/means.py"
MISTAKES, REFERENCE = "mistakes/means.md", "means.py"
WHOLE = "-    return (table - table.mean(axis=0)) / table.std(axis=0)\n"


def edit(course: Course, file: str, old: str, new: str) -> None:
    path = course.folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def proved(folder: Path, *options: str) -> list[str]:
    """Return the lines of the faults that the command prints, and hold its exit status and last line to them."""
    status, out, err = here(folder, "prove", "--seeds", "3", *options)
    *faults, last = out.splitlines()
    assert (status, err) == (1 if faults else 0, "")
    assert last == (f"means: {len(faults)} do not hold" if faults else "means: all holds at 3 seeds")
    return faults


def test_a_course_that_holds_says_so(course: Course, tmp_path: Path) -> None:
    answer = "import numpy as np\n\ndef standardize(table):\n    return (table - table.mean(0)) / table.var(0) ** 0.5\n"
    write_right(course, answer)
    assert proved(tmp_path) == proved(tmp_path, "means") == []
    assert "there is no chapter modes: there are means" in refused(tmp_path, "prove", "modes")


def write_right(course: Course, answer: str) -> None:
    path = catalogue_of(course, "means")
    path.parent.mkdir(parents=True)
    path.write_text(f"# Right answers\n\n## other\n\nIn another way.\n\n```python\n{answer}```\n", encoding="utf-8")


STATIC = [
    (CHAPTER, "A moving average is", "WRITE: is", r"averages/chapters/1-means.md:35: WRITE: is still to be filled in"),
    (REFERENCE, "Average each", "WRITE: each", r"averages/means.py:21: WRITE: is still to be filled in"),
    (
        *(CHECKS, '@check("standardize", points=2', '@check("standardise", points=2'),
        r"averages/checks/means.py: columns: there is no exercise standardise in averages/means.py",
    ),
    (
        *(CHAPTER, "import moving_average", "import moving_averages"),
        r"averages/chapters/1-means.md: there is no exercise moving_averages in averages/means.py",
    ),
    (
        *(MISTAKES, WHOLE, WHOLE.replace("table.std", "tabel.std")),
        r"averages/mistakes/means.md:18: whole-table: 0 places for .*, where there should be one",
    ),
    (MISTAKES, "Read: `columns`", "Read: `column`", r"averages/mistakes/means.md:18: whole-table: .* no label column"),
    (
        *(MISTAKES, "+    return (table", "+    return table"),
        r"averages/mistakes/means.md:18: whole-table: with this edit the reference is no Python: unmatched '\)'",
    ),
    (
        MISTAKES,
        "## standardize",
        "## standardise",
        r"averages/mistakes/means.md:6: .* no exercise standardise in .*",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), STATIC)
def test_what_does_not_fit_is_one_line_with_file_and_name_and_stops_a_release(
    file: str, old: str, new: str, said: str, course: Course, tmp_path: Path
) -> None:
    edit(course, file, old, new)
    (fault,) = proved(tmp_path)
    assert re.fullmatch(said, fault)
    if file != REFERENCE:
        folder = tmp_path / "term"
        assert here(tmp_path, "init", folder)[0] == 0
        assert refused(folder, "release", status=1) == f"autograder: {fault}\n"


def test_an_exercise_without_checks_is_named(course: Course, tmp_path: Path) -> None:
    edit(course, CHECKS, '@check("moving_average"', '@check("average"')
    assert proved(tmp_path)[-1] == "averages/checks/means.py: there is no check of moving_average"


def test_a_mistake_whose_edit_changes_nothing_is_named(course: Course, tmp_path: Path) -> None:
    edit(
        course,
        MISTAKES,
        "+    return (table - table.mean()) / table.std()",
        "+    return (table - table.mean(0)) / table.std(0)",
    )
    line = "averages/mistakes/means.md:18: whole-table: no check catches it (seeds 0, 1, 2)"
    assert proved(tmp_path) == [line]
    status, out, _ = here(tmp_path, "prove", "--seeds", "7", "--json")
    fault = {
        "place": "averages/mistakes/means.md:18",
        "name": "whole-table",
        "says": "no check catches it",
        "detail": "",
    }
    assert (status, json.loads(out)) == (1, {"seeds": 7, "faults": [fault | {"seeds": list(range(7))}]})


def test_two_mistakes_that_no_check_tells_apart_are_named(course: Course, tmp_path: Path) -> None:
    text = (course.folder / MISTAKES).read_text(encoding="utf-8")
    block = text[text.index("### whole-table") : text.index("## moving_average")]
    edit(course, MISTAKES, "## moving_average", block.replace("whole-table", "again") + "## moving_average")
    faults = proved(tmp_path)
    assert {fault.split(": ")[1] for fault in faults} == {"again"}  # the first of the two is the one that is named
    assert "the check columns fails and does not name it alone" in faults[0]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            *("np.convolve(values,", "np.convolve(values + next(COUNT),"),
            r"averages/checks/means.py: moving_average.windows: the reference answers otherwise when it runs again .*",
        ),
        (
            *("np.convolve(", "np.convolved("),
            r"averages/checks/means.py: moving_average.windows: the reference does not pass .*: error .*convolved.*",
        ),
    ],
)
def test_a_reference_that_changes_or_fails_is_named(
    old: str, new: str, said: str, course: Course, tmp_path: Path
) -> None:
    edit(course, REFERENCE, old, new)
    edit(course, MISTAKES, old, new)
    edit(
        course,
        REFERENCE,
        "import numpy as np\n",
        "from itertools import count\n\nimport numpy as np\n\nCOUNT = count()\n",
    )
    assert re.fullmatch(said, proved(tmp_path)[0])


def test_a_right_answer_that_fails_is_named_with_what_was_seen(course: Course, tmp_path: Path) -> None:
    write_right(course, "def standardize(table):\n    return (table - table.mean(0)) / table.std(0, ddof=1)\n")
    (fault,) = proved(tmp_path)[:1]
    assert fault.startswith("tests/right/means.md: other: fails the check standardize.columns (seeds 0, 1, 2): ")
    assert "observed" in fault
