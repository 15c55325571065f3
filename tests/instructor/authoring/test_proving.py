"""`autograder prove` names what does not hold of a course in one line each, and a release stops there."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from autograder.checks import checks_of
from autograder.course import Course, UnfinishedChapter, chapters_of
from autograder.instructor.authoring.right_answers import catalogue_of, right_answers
from autograder.user_errors import UsageError
from tests.test_cli import here, refused

CHAPTER, CHECKS, HIDDEN = "chapters/1-means.md", "checks/means.py", "checks/hidden/means.py"
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


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (CHAPTER, "A moving average is", "WRITE: is", ":35: WRITE: is still to be filled in"),
        (REFERENCE, "Average each", "WRITE: each", ":21: WRITE: is still to be filled in"),
        (
            CHECKS,
            '"standardize", points=2',
            '"standardise", points=2',
            ": columns: .* no exercise standardise in .*/means.py",
        ),
        (CHAPTER, "import moving_average", "import moving_averages", ": .* no exercise moving_averages in .*/means.py"),
        (MISTAKES, WHOLE, WHOLE.replace("table.std", "tabel.std"), ":18: whole-table: 0 places for .*, where .* one"),
        (MISTAKES, "Read: `columns`", "Read: `column`", ":18: whole-table: .* no label column"),
        (MISTAKES, "+    return (table", "+    return table", r":18: whole-table: .* is not Python: unmatched '\)'"),
        (MISTAKES, "## standardize", "## standardise", ":6: .* no exercise standardise in .*"),
    ],
)
def test_a_fault_is_one_line_and_stops_a_release(
    file: str, old: str, new: str, fault: str, course: Course, tmp_path: Path
) -> None:
    edit(course, file, old, new)
    (line,) = proved(tmp_path)
    assert re.fullmatch(f"averages/{file}{fault}", line)
    if file != REFERENCE:
        folder = tmp_path / "term"
        assert here(tmp_path, "init", folder)[0] == 0
        assert refused(folder, "release", status=1) == f"autograder: {line}\n"


def test_a_mistake_whose_edit_changes_nothing_is_named(course: Course, tmp_path: Path) -> None:
    edit(course, MISTAKES, "(table - table.mean()) / table.std()", "(table - table.mean(0)) / table.std(0)")
    place, says = "averages/mistakes/means.md:18", "no check catches it"
    assert proved(tmp_path) == [f"{place}: whole-table: {says} (seeds 0, 1, 2)"]
    status, out, _ = here(tmp_path, "prove", "--seeds", "7", "--json")
    fault = {"place": place, "name": "whole-table", "says": says, "detail": "", "seeds": list(range(7))}
    assert (status, json.loads(out)) == (1, {"seeds": 7, "faults": [fault]})


def test_a_mistake_that_a_check_catches_by_chance_is_named(course: Course, tmp_path: Path) -> None:
    """The points of equal answers would depend on the run's seed."""
    edit(course, CHECKS, "rng.normal(size=6), 3)", "rng.normal(size=6), 1 + (rng.random() < 0.5))")
    uncaught, by_chance = proved(tmp_path)
    assert "padded: no check catches it (seed" in uncaught
    assert "padded: only at some seeds it passes the check windows (seed" in by_chance


def test_two_mistakes_that_no_check_tells_apart_are_named(course: Course, tmp_path: Path) -> None:
    text = (course.folder / MISTAKES).read_text(encoding="utf-8")
    block = text[text.index("### whole-table") : text.index("## moving_average")]
    edit(course, MISTAKES, "## moving_average", block.replace("whole-table", "again") + "## moving_average")
    faults = proved(tmp_path)
    assert {fault.split(": ")[1] for fault in faults} == {"again"}  # the first of the two is the one that is named
    assert "the check columns fails and does not name it alone" in faults[0]


def test_hidden_checks_follow_the_visible_ones_of_their_exercise(course: Course) -> None:
    import_module("averages.checks.means")  # whose helpers somebody wants, before anybody asks for checks
    declared = [(check.exercise, check.hidden) for check in checks_of("means")]
    exercises = "standardize", "moving_average"
    assert declared == [(exercise, hidden) for exercise in exercises for hidden in (False, True)]


COUNTED = "import itertools\nimport numpy as np\n\nCOUNT = itertools.count()\n"
WINDOWS = "averages/checks/means.py: moving_average.windows: "
COLUMNS = "averages/checks/means.py: standardize.columns: "
CONVOLVE = "np.convolve(values,"


@pytest.mark.parametrize(
    ("files", "old", "new", "fault"),
    [
        (
            [CHECKS, HIDDEN],
            '@check("moving_average"',
            '@check("average"',
            "averages/checks/means.py: there is no check of .*",
        ),
        (
            [REFERENCE, MISTAKES],
            CONVOLVE,
            "np.convolve(values + next(COUNT),",
            f"{WINDOWS}the reference answers otherwise when it runs again .*",
        ),
        (
            [REFERENCE, MISTAKES],
            CONVOLVE,
            "np.convolved(values,",
            f"{WINDOWS}the reference does not pass .*: error .*convolved.*",
        ),
        (
            [CHECKS],
            "size=(5, 3)))",
            "size=(5, 3))).tolist()",
            rf"{COLUMNS}table is a list: observe an array, a number or text \(seeds 0, 1, 2\)",
        ),
    ],
    ids=["an exercise without checks", "a random reference", "a failing reference", "an observation of another kind"],
)
def test_a_fault_of_checks_or_reference_is_named(
    files: list[str], old: str, new: str, fault: str, course: Course, tmp_path: Path
) -> None:
    for file in files:
        edit(course, file, old, new)
    if "COUNT" in new:
        edit(course, REFERENCE, "import numpy as np\n", COUNTED)
    assert any(re.fullmatch(fault, line) for line in proved(tmp_path))


def test_a_right_answer_that_fails_is_named_with_what_was_seen(course: Course, tmp_path: Path) -> None:
    write_right(course, "def standardize(table):\n    return (table - table.mean(0)) / table.std(0, ddof=1)\n")
    (fault,) = proved(tmp_path)[:1]
    assert fault.startswith("tests/right/means.md: other: fails the check standardize.columns (seeds 0, 1, 2): ")
    assert "observed" in fault


def test_a_malformed_right_answer_names_its_file(course: Course) -> None:
    write_right(course, "")
    catalogue = catalogue_of(course, "means")
    catalogue.write_text(catalogue.read_text(encoding="utf-8").replace("In another way.", ""), encoding="utf-8")
    with pytest.raises(UsageError, match=r"means\.md: a right answer is a heading, a sentence, and a block"):
        right_answers(course, "means")


@pytest.mark.parametrize("gone", ["mistakes/means.md", "checks/means.py"])
def test_a_missing_catalogue_or_checks_file_is_named(course: Course, gone: str) -> None:
    (course.folder / gone).unlink()
    with pytest.raises(UnfinishedChapter, match=re.escape(f"1-means.md has exercises, and {gone}")):
        chapters_of(course)
