"""The preview of a plan: matters for a person first, and all of it in a terminal of 80 columns."""

from dataclasses import replace

import pytest
from rich.console import Console

from autograder.instructor.collecting import preview
from autograder.instructor.collecting.downloaded import DownloadedFile, Ownership
from autograder.instructor.collecting.plan import Plan, Situation, make_plan
from autograder.instructor.course.attempts import ENTERED
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.roster import Student
from tests.instructor.collecting.plans import EMPTY, NOON, notebook, other_file

BY_HAND = "autograder collect FILE ASSIGNMENT --student ID"
NAME = ((Clue("name", "Ada Lee"),),)
TWINS = replace(EMPTY, students=[Student("1", "Ada", "Lee"), Student("2", "Ada", "Lee")])
LEE = replace(EMPTY, students=[Student("1", "Ada", "Lee")])
CLAIMED = notebook(ownership=Ownership("ada"))
LOST = replace(notebook(), note="it holds none of the cells of 2-layers")


NOTICES = {
    "a stranger": (notebook(owner="eve"), EMPTY, "write that name or address into its column “also”"),
    "two of one name": (notebook(owners=NAME), TWINS, f"--worksheet FILE; for one file: {BY_HAND}"),
    "an anonymous one": (notebook(owners=((),)), EMPTY, "switch anonymous grading off, and download again"),
    "no notebook": (other_file("a.py"), EMPTY, "“What you handed in holds no notebook. Please send the file that ends"),
    "a notebook without our cells": (
        other_file("homework.ipynb"),
        EMPTY,
        "for a notebook without a cell of this course, if its cells have only lost their ids: autograder fill",
    ),
    "lost ids": (LOST, EMPTY, "for a notebook without a cell of this course, as of ada, if its cells have only lost"),
    "late, not since when": (notebook(late=True), EMPTY, "1 late, and the download does not say since when, so no"),
}


@pytest.mark.parametrize(("file", "situation", "notice"), NOTICES.values(), ids=NOTICES)
def test_a_matter_for_a_person_is_named_with_the_way_out(
    file: DownloadedFile, situation: Situation, notice: str
) -> None:
    *refused, line = preview.notices(make_plan([file], situation))
    assert notice in line
    assert all(line.startswith("not collected: ") for line in refused)


REMARKS = {
    "a claimed time": (notebook(when=NOON), EMPTY, "times claimed, which a student can set: 1 of 1"),
    "a time that was entered": (
        notebook(when=NOON, standing=ENTERED),
        EMPTY,
        "times entered by the instructor: 1 of 1",
    ),
    "a name": (notebook(owners=NAME), LEE, "found by name alone, which students can choose in many systems: 1 of 1"),
    "a claimed name": (CLAIMED, EMPTY, "claimed by a name that students choose, with no account as owner: 1"),
    "nobody's work": (
        replace(notebook(owner="eve"), assignment="", digest="", note="it is no notebook"),
        EMPTY,
        "left out: eve/d: ",
    ),
    "nothing": (notebook(), EMPTY, "no notebook for 2-layers from bob"),
}


@pytest.mark.parametrize(("file", "situation", "remark"), REMARKS.values(), ids=REMARKS)
def test_the_evidence_behind_a_plan_is_summed_up(file: DownloadedFile, situation: Situation, remark: str) -> None:
    assert any(line.startswith(remark) for line in preview.remarks(make_plan([file], situation)))


def test_only_the_first_of_many_files_that_are_left_out_are_listed() -> None:
    files = [notebook(), notebook(owner="bob"), *(other_file(f"{at}.txt") for at in range(25))]
    lines = preview.remarks(make_plan(files, EMPTY))
    assert len(lines) == 21
    assert lines[-1] == "left out: 5 more files; --json names all"


@pytest.mark.parametrize(
    ("file", "late"),
    [
        (notebook(when=NOON, late=True), "late, says test"),
        (notebook(late=True), "late by an unknown time"),
        (notebook(), ""),
    ],
)
def test_lateness_is_shown_as_far_as_it_is_known(file: DownloadedFile, late: str) -> None:
    (planned,) = make_plan([file], EMPTY).submissions
    assert preview.remark(planned) == late


def shown(plan: Plan) -> list[str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(preview.table(plan))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_each_student_has_a_line_and_odd_work_comes_first() -> None:
    students = [Student(f"{at:07}", "Nguyễn Thị Hồng", f"Ánh-Müller {at}") for at in range(4)]
    files = [
        notebook(f"müllernguyen_{at}_5001_2-layers (final version).ipynb", student.id, NOON, standing=ENTERED)
        for at, student in enumerate(students)
    ]
    files[2] = notebook("late", students[2].id, NOON, standing=ENTERED, late=True)
    files[3] = replace(files[3], note="it holds none of the cells of 2-layers")
    head, *lines = shown(make_plan(files, replace(EMPTY, students=students)))
    assert head.split() == ["student", "name", "what", "happens"]
    assert [line.partition(" ")[0] for line in lines[:2]] == ["0000002", "0000003"]
    assert lines[0].endswith("new; late, says test")
    assert len(lines) == len(students) + 1  # the note alone takes another line
    assert [line.partition(" ")[0] for line in lines if line.endswith(" new")] == ["0000000", "0000001"]


def test_a_long_name_is_cut_before_the_action_is() -> None:
    student = Student("somebody.with.a.long.address@students.example.edu", "A" * 40, "B" * 40)
    files = [notebook("a", student.id, assignment="2-layers"), notebook("b", student.id, assignment="3-dropout")]
    lines = shown(make_plan(files, replace(EMPTY, students=[student])))
    assert [line.split()[-2:] for line in lines if ": new" in line] == [["2-layers:", "new"], ["3-dropout:", "new"]]
    assert len(lines) <= 1 + 2 * 3
