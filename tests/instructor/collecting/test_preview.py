"""What an instructor sees of a plan, and what is left to do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from autograder.instructor.collecting import preview
from autograder.instructor.collecting.collect import Collection
from autograder.instructor.collecting.downloaded import Ownership
from autograder.instructor.collecting.plan import make_plan
from autograder.instructor.collecting.recognising import RecognisedFile
from autograder.instructor.course.attempts import ENTERED
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.roster import Student
from tests.instructor.collecting.plans import EMPTY, HOUR, NOON, notebook, other_file

BY_HAND = "autograder collect FILE ASSIGNMENT --student ID"
NAME = ((Clue("name", "Ada Lee"),),)
TWINS = replace(EMPTY, students=[Student("1", "Ada", "Lee"), Student("2", "Ada", "Lee")])
LEE = replace(EMPTY, students=[Student("1", "Ada", "Lee")])
CLAIMED = notebook(ownership=Ownership("ada"))
DOUBTED = notebook(doubt="its folder says noon")
TWIN_IN_MOODLE = notebook(system="Moodle", owners=((Clue("number", "7"), *NAME[0]),))


def collection(*files: RecognisedFile, situation: preview.Any = EMPTY) -> Collection:
    return Collection(make_plan(files, situation), situation, {})


NOTICES = {
    "a stranger": (notebook(owner="eve"), EMPTY, "write that name or address into its column “also”"),
    "two of one name": (notebook(owners=NAME), TWINS, f"may have handed in: for a file: {BY_HAND}"),
    "two of one name in Moodle": (TWIN_IN_MOODLE, TWINS, "may have handed in: Moodle's grading worksheet tells them"),
    "no notebook": (other_file("a.py"), EMPTY, "“What you handed in holds no notebook. Please send the file that ends"),
    "a doubted time": (DOUBTED, EMPTY, "renamed, or changed at another time than the folder says: ada. The folder's"),
    "late, not since when": (notebook(late=True), EMPTY, "1 late, and the download does not say since when, so no"),
}


@pytest.mark.parametrize(("file", "situation", "notice"), NOTICES.values(), ids=NOTICES)
def test_the_instructor_is_told_what_is_left_to_do(file: RecognisedFile, situation: object, notice: str) -> None:
    *refused, line = preview.notices(collection(file, situation=situation))
    assert notice in line
    assert all(line.startswith("not collected: ") for line in refused)


REMARKS = {
    "a claimed time": (notebook(when=NOON), EMPTY, "times claimed, which a student can set: 1 of 1"),
    "a time that was entered": (
        notebook(when=NOON, standing=ENTERED),
        EMPTY,
        "times entered by the instructor: 1 of 1",
    ),
    "a name": (notebook(owners=NAME), LEE, "found by name alone, which students may choose in many systems: 1 of 1"),
    "a claimed name": (CLAIMED, EMPTY, "whose it is, only a name claims that students choose, and no owner shows: 1"),
    "nobody's work": (
        replace(other_file("a.txt"), downloaded=notebook(owner="eve").downloaded),
        EMPTY,
        "left out: eve/d: ",
    ),
    "nothing": (notebook(), EMPTY, "nothing for 2-layers from bob"),
}


@pytest.mark.parametrize(("file", "situation", "remark"), REMARKS.values(), ids=REMARKS)
def test_the_instructor_is_told_what_the_plan_rests_on(file: RecognisedFile, situation: object, remark: str) -> None:
    assert any(line.startswith(remark) for line in preview.remarks(collection(file, situation=situation)))


def test_of_many_files_that_are_left_out_only_the_first_are_listed() -> None:
    lines = preview.remarks(
        collection(notebook(), notebook(owner="bob"), *(other_file(f"{at}.txt") for at in range(25)))
    )
    assert len(lines) == 21
    assert lines[-1] == "left out: 5 more files; --json names all"


@pytest.mark.parametrize(
    ("file", "late"),
    [
        (notebook(when=NOON), "no"),
        (notebook(when=NOON + 26 * HOUR), "1 d 2 h"),
        (notebook(when=NOON, late=True), "says test"),
        (notebook(late=True), "yes"),
        (notebook(), "–"),
    ],
)
def test_lateness_is_said_as_far_as_it_is_known(file: RecognisedFile, late: str) -> None:
    (planned,) = collection(file).plan.submissions
    assert preview.lateness(planned, NOON) == late


def test_a_row_says_whose_file_when_which_attempt_and_what_happens() -> None:
    files = [notebook("a", when=NOON - HOUR), notebook("b", when=NOON)]
    console = Console(width=300)
    with console.capture() as capture:
        for choice in ("last", "3"):
            console.print(preview.table(Collection(make_plan(files, EMPTY, choice=choice), EMPTY, {})))
    heads, last, _, third = (line.rstrip() for line in capture.get().splitlines())
    assert heads.split()[:4] == ["student", "name", "assignment", "file"]
    assert last.startswith("ada") and last.endswith("new")
    assert all(
        cell in last for cell in (" 2-layers ", " ada/b ", " 2026-11-05 12:00, claimed ", " 2 (2 kept) ", " no ")
    )
    assert third.startswith("ada") and third.endswith("not written: there is no such attempt")
