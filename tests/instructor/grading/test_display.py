"""The table of `autograder grade`: what needs a look first, and all of it in a terminal of 80 columns."""

from pathlib import Path

from rich.console import Console

from autograder.instructor.course.folder import Submission
from autograder.instructor.course.records import GradingRecord
from autograder.instructor.course.roster import Student
from autograder.instructor.grading.class_run import ClassRun, GradedSubmission
from autograder.instructor.grading.display import grading_table
from autograder.instructor.marks import Mark
from tests.instructor.conftest import a_verdict

STUDENTS = {
    f"{at:07}": Student(f"{at:07}", "Nguyễn Thị Hồng", f"Ánh-Müller-Lüdenscheidt the {at}th") for at in range(200)
}


def graded(student: str, *notes: str, reused: bool = False, assignment: str = "2-layers") -> GradedSubmission:
    record = GradingRecord("layers", (a_verdict(points=2, max_points=3),) * 9, notes)
    mark = Mark(Student(student), assignment, 25, verdicts=record.verdicts, record=record)
    return GradedSubmission(Submission(student, assignment, Path()), mark, None, reused)


def lines(*work: GradedSubmission) -> list[str]:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(grading_table(ClassRun(1, True, work), STUDENTS))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_class_has_one_line_for_each_student_in_80_columns_and_what_was_noticed_comes_first() -> None:
    noticed = {"0000007": "the cell of Flatten was deleted"}
    head, *shown = lines(*(graded(student, *filter(None, [noticed.get(student)])) for student in STUDENTS))
    assert head.split() == ["student", "name", "points", "checks"]
    assert shown[0].startswith("0000007")
    usual = [line.split()[0] for line in shown if line.split()[-3:] == ["18/27", "9", "fail"]]
    assert usual == sorted(STUDENTS.keys() - noticed)
    assert len(shown) <= 200 + 1
    assert max(map(len, shown)) <= 80


def test_unchanged_work_is_not_listed_and_an_assignment_only_beside_others() -> None:
    assert not lines(graded("0000001", reused=True))[1:]
    two = lines(graded("0000001", reused=True), graded("0000002", assignment="3-dropout"))
    assert [line.split()[-4:] for line in two[1:]] == [["18/27", "3-dropout:", "9", "fail"]]
