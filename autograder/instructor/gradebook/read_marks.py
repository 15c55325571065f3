"""The marks of a class, read from nbgrader's gradebook and from the graded notebooks. Runs nobody's code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from nbgrader.api import Assignment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.api import Student as StudentRow

from autograder.instructor.course.attempts import is_proved
from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.open_matters import handed_in_instead, late_since_unknown
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook.adjusting import DECISIONS
from autograder.instructor.gradebook.marks import Mark
from autograder.instructor.gradebook.term import students_of
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, is_answer, read_notebook, record_of


def read_marks(
    folder: CourseFolder,
    assignments: Sequence[str],
    student: str | None = None,
    on_read: Callable[[str], None] = lambda student: None,
) -> list[Mark]:
    """Return a mark for each student of the gradebook and each assignment, by assignment and student.

    Args:
        folder: the course folder.
        assignments: ids.
        student: only this one's; None for the class.
        on_read: called with each student's id, for each assignment.

    Raises:
        TableError: the roster cannot be read.
        CourseFolderError: nothing of it has been graded, or the gradebook does not know an assignment.
        GradebookError: the gradebook cannot be read.
    """
    found = []
    with CourseGradebook(folder) as reader:
        for assignment in assignments:
            reader.require_assignment(assignment)
        with reader.open() as gradebook:
            students = _students(gradebook, student, {one.id: one for one in students_of(folder)})
            for assignment in assignments:
                rows, unmarked = _rows(gradebook, assignment), _unmarked(gradebook, assignment)
                instead, late = handed_in_instead(folder, assignment), late_since_unknown(folder, assignment)
                max_score = gradebook.find_assignment(assignment).max_score
                decisions = read_decisions(folder.decisions, assignment)
                excused = {one.student for one in decisions if one.what == "excused"}
                for one in students:
                    if one.id in excused:
                        found.append(Mark(one, assignment, max_score, excused=True))
                        continue
                    mark = _mark(folder, one, assignment, max_score, rows.get(one.id))
                    mark = replace(mark, instead=instead.get(one.id, ""), late_since_unknown=one.id in late)
                    found.append(replace(mark, unmarked=one.id in unmarked))
                    on_read(one.id)
    if not any(mark.raw_score is not None for mark in found):
        which = f" {assignments[0]}" if len(assignments) == 1 else ""
        who = f"of {student}" if student else "in this class"
        raise CourseFolderError(f"nothing {who} has been graded: run `autograder grade{which}`")
    return found


def _students(gradebook: Gradebook, only: str | None, roster: Mapping[str, Student]) -> list[Student]:
    """Return who is in the gradebook, with what only the roster knows of them."""
    fields = (StudentRow.id, StudentRow.first_name, StudentRow.last_name, StudentRow.email, StudentRow.lms_user_id)
    rows = gradebook.db.query(*fields).order_by(StudentRow.id)
    return [
        replace(
            roster.get(row.id, Student(row.id)),
            first_name=row.first_name or "",
            last_name=row.last_name or "",
            email=row.email or "",
            lms_user_id=row.lms_user_id or "",
        )
        for row in rows
        if only in (None, row.id)
    ]


def _rows(gradebook: Gradebook, assignment: str) -> dict[str, Any]:
    """Return what the gradebook says of each submission in one query; its own methods ask for each in turn."""
    columns = (
        SubmittedAssignment.student_id,
        SubmittedAssignment.score.label("score"),
        SubmittedAssignment.late_submission_penalty.label("penalty"),
        SubmittedAssignment.needs_manual_grade.label("needs_manual_grade"),
        SubmittedAssignment.timestamp,
        SubmittedAssignment.extension,
        Assignment.duedate,
    )
    query = gradebook.db.query(*columns).join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
    return {row.student_id: row for row in query.filter(Assignment.name == assignment)}


def _unmarked(gradebook: Gradebook, assignment: str) -> set[str]:
    """Return the students of whose work a cell has points neither by a check nor by hand."""
    query = (
        gradebook.db.query(SubmittedAssignment.student_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .filter(Assignment.name == assignment, Grade.auto_score.is_(None), Grade.manual_score.is_(None))
    )
    return {student for (student,) in query.distinct()}


def _mark(folder: CourseFolder, student: Student, assignment: str, max_score: float, row: Any) -> Mark:
    is_there = (folder.root / "submitted" / student.id / assignment).is_dir()
    if row is None:
        return Mark(student, assignment, max_score, handed_in=is_there)
    record, answers = _graded(folder, student.id, assignment)
    due = row.duedate if row.duedate is None or row.extension is None else row.duedate + row.extension
    return Mark(
        student=student,
        assignment=assignment,
        max_score=max_score,
        raw_score=row.score,
        penalty=row.penalty,
        handed_in=True,
        needs_manual_grade=row.needs_manual_grade,
        submitted_at=row.timestamp,
        proved=is_proved(folder, student.id, assignment, row.timestamp),
        due=due,
        verdicts=record.get("verdicts", ()),
        answers=answers,
        notes=[*record.get("notes", ()), *record.get(DECISIONS, ())],
    )


def _graded(folder: CourseFolder, student: str, assignment: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a graded notebook records, and the answers in it; nothing where there is none."""
    try:
        notebook = read_notebook(folder.autograded(student, assignment))
        record = record_of(notebook)
    except (FileNotFoundError, MalformedNotebook):
        return {}, {}
    answers = {str(grade_id_of(cell)): cell.source for cell in notebook.cells if is_answer(cell)}
    return record, answers
