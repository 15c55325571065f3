"""Who needs help, whose file cannot be read, whose marks fell, the sections, and the sentences for the lecture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.tables import csv_rows
from autograder.instructor.marks import Mark
from autograder.instructor.reports.class_statistics import failures
from autograder.instructor.reports.lecture import lecture_sentences
from autograder.instructor.reports.need import (
    NO_SECTION,
    falls,
    need_csv,
    section_statistics,
    students_in_need,
    unreadable_files,
)
from tests.instructor.reports.test_class_statistics import a_mark, a_verdict

FIRST, SECOND, THIRD = "1-approximation", "2-layers", "3-dropout"
UNREADABLE = [a_verdict("invalid"), a_verdict("invalid", check="two")]


def graded(student: str, assignment: str, points: float, **more: Any) -> Mark:
    return a_mark(student, assignment, raw_score=points, handed_in=True, **more)


def test_who_lacks_most_comes_first() -> None:
    marks = [graded("fine", FIRST, 9.0), graded("a little", FIRST, 4.0), graded("more", FIRST, 0.0), a_mark("gone")]
    marks += [graded("fine", SECOND, 9.0), graded("a little", SECOND, 9.0), graded("more", SECOND, 3.0)]
    found = students_in_need(marks)
    assert [one.student for one in found] == ["more", "gone", "a little"]
    assert [round(one.behind, 6) for one in found] == [1.7, 1.0, 0.6]


def test_a_file_that_cannot_be_read_is_told_apart_from_weak_work() -> None:
    marks = [graded("x", FIRST, 0.0, verdicts=UNREADABLE, notes=["it is no notebook", "late"]), graded("y", FIRST, 1.0)]
    assert [one.student for one in students_in_need(marks)] == ["y"]
    (file,) = unreadable_files(marks)
    assert (file.student, file.assignment, file.reason) == ("x", FIRST, "it is no notebook")
    one_check = graded("z", FIRST, 0.0, verdicts=[*UNREADABLE, a_verdict("fail", check="three")])
    assert unreadable_files([one_check]) == []


def test_a_fall_is_from_the_students_own_mean_to_the_newest_graded_assignment() -> None:
    marks = [graded(who, FIRST, first) for who, first in (("same", 5.0), ("falls", 10.0), ("crash", 9.0), ("new", 9.0))]
    marks[-1] = a_mark("new", FIRST)
    marks += [graded("same", SECOND, 5.0), graded("falls", SECOND, 8.0), graded("crash", SECOND, 9.0)]
    marks += [graded("same", THIRD, 2.1), graded("falls", THIRD, 4.0), graded("crash", THIRD, 0.0)]
    marks += [graded("new", THIRD, 0.0), a_mark("same", "4-optimizer")]
    found = falls(marks)
    assert [(one.student, one.assignment, one.before, one.now) for one in found] == [
        ("crash", THIRD, 0.9, 0.0),
        ("falls", THIRD, 0.9, 0.4),
    ]
    assert falls(marks[:4]) == falls([]) == []


def test_the_table_of_need_has_addresses_and_sections_and_is_safe_in_a_spreadsheet() -> None:
    students = {
        "x": Student("x", "Ada", "=SUM(A1)", "ada@example.edu", section="Section 2"),
        "y": Student("y", "明", "王", "y@example.edu"),
    }
    marks = [graded("x", FIRST, 4.0), graded("y", FIRST, 0.0, verdicts=UNREADABLE), a_mark("x", SECOND)]
    marks.append(graded("y", SECOND, 9.0))
    text = need_csv(students_in_need(marks), unreadable_files(marks), students)
    assert "'=SUM(A1)" in text
    assert csv_rows(text)[1:] == [
        ["x", "=SUM(A1)", "Ada", "ada@example.edu", "Section 2", "1.60", f"{FIRST} (40%)", SECOND, ""],
        ["y", "王", "明", "y@example.edu", "", "0.00", "", "", FIRST],
    ]


def test_sections_stand_beside_each_other_only_where_there_are_two() -> None:
    def of(section: str, mark: Mark) -> Mark:
        return replace(mark, student=replace(mark.student, section=section))

    marks = [of("B", graded("1", FIRST, 4.0)), of("A", graded("2", FIRST, 8.0)), of("A", graded("3", FIRST, 6.0))]
    marks += [of("B", a_mark("4", FIRST)), of("", a_mark("5", FIRST))]
    rows = [
        (one.section, one.students, one.handed_in, one.median, one.in_need) for one in section_statistics(marks, "14")
    ]
    assert rows == [("A", 2, 2, 0.7, 0), ("B", 2, 1, 0.4, 2), (NO_SECTION, 1, 0, None, 0)]
    assert section_statistics(marks[:1], "") == []


# The lecture


def of_class(*students: list[Any]) -> list[str]:
    marks = [graded(str(at), FIRST, 1.0, verdicts=verdicts) for at, verdicts in enumerate(students)]
    return lecture_sentences(marks, failures(marks)[0])


def test_three_sentences_say_what_failed_most_which_mistake_and_what_was_left() -> None:
    said = {"observed": "1", "expected": "2", "likely": "The bias is left out.", "read": ""}
    wrong = a_verdict(title="It adds the bias", mistake="no-bias", diagnosis=said)
    flat = [a_verdict("missing", "Flatten"), a_verdict("missing", "Flatten", "two")]
    partly = [a_verdict("missing", "Sequential"), a_verdict("pass", "Sequential", "two")]
    sentences = of_class(
        [wrong, a_verdict("timeout", "Sequential", title="It ends"), *flat],
        [wrong, *partly, *flat],
        [a_verdict("pass", title="It adds the bias"), a_verdict("missing", "Sequential", title="It ends")],
        UNREADABLE,
    )
    assert sentences == [
        "The checks that were failed most: “It adds the bias” (Linear, by 2 of the 3 who wrote it) and "
        "“It ends” (Sequential, by 1 of the 1 who wrote it).",
        "The most frequent known mistake, made by 2 of 3, is no-bias: The bias is left out.",
        "The exercise that was left unfilled most is Flatten, by 2 of 3.",
    ]


def test_what_nobody_did_is_not_said() -> None:
    assert of_class([a_verdict("pass")]) == of_class(UNREADABLE) == of_class() == []
    assert of_class([a_verdict(title="It adds")]) == [
        "The check that was failed most: “It adds” (Linear, by 1 of the 1 who wrote it)."
    ]
