"""Read the facts of a course folder and its gradebook for ``marks_of``, without running students' code."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from glob import escape
from typing import Any

from autograder.course import Course
from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.due_dates import due_dates_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import GradingRecords, standing_of
from autograder.instructor.course.reminders import late_since_unknown
from autograder.instructor.course.roster import Student, students_of
from autograder.instructor.gradebook import NAMES, CourseGradebook, Rows
from autograder.instructor.hand_marks import Key
from autograder.instructor.marks import Facts, GradedCell, Mark, marks_of


def facts_of(
    folder: CourseFolder, course: Course, rows: Rows, records: GradingRecords | None = None, student: str | None = None
) -> Facts:
    """Return the facts of a class, or of one student of it, by the records that were read so far, or else all.

    Raises TableError for a broken table, and CourseFolderError for a record that is broken or of an earlier edition.
    """
    records = records or GradingRecords(folder)
    works = dict(records.all(student))
    whose = escape(student) if student else "*"
    handed_in = [(path.parent.name, path.name) for path in (folder.root / "submitted").glob(f"{whose}/*")]

    def digest_of(key: Key) -> str:
        record = works.get(key[:2])
        return record.text_digest(key[2]) if record else ""

    roster = {known.id: known for known in students_of(folder)}
    students = _students(roster, rows.students(), {who for who, _ in works}, {who for who, _ in handed_in}, student)
    return Facts(
        students=students,
        left=frozenset(who.id for who in students if who.id not in roster) if roster else frozenset(),
        cells={name: released_cells(folder, name) for name in folder.assignments()},
        records=works,
        handed_in=frozenset(handed_in),
        standings={
            work: standing_of(folder, *work, record.handed_in) for work, record in works.items() if record.handed_in
        },
        hand_marks=rows.hand_marks(digest_of, student),
        decisions=read_decisions(folder.decisions),
        due={**rows.due_dates(), **due_dates_of(folder, course)},
        late=rows.late,
    )


def update_gradebook(
    folder: CourseFolder, course: Course, gradebook: CourseGradebook, records: GradingRecords | None = None
) -> Facts:
    """Bring nbgrader's gradebook into line with the facts, and return them. A second call changes nothing.

    Raises GradebookError, and as ``facts_of``.
    """
    records = records or GradingRecords(folder)
    dict(records.all())  # read the files before taking the write lock
    with gradebook.writing() as rows:
        facts = facts_of(folder, course, rows, records)
        rows.write_students(facts.students)
        rows.write_due_dates(facts.due)
        rows.write(marks_of(facts))
    return facts


def update_student(folder: CourseFolder, rows: Rows, course: Course, records: GradingRecords, student: str) -> None:
    """Bring the rows of one student into line with the facts and the records read so far; the caller commits."""
    rows.write(marks_of(facts_of(folder, course, rows, records, student)), student)


def computed_marks(folder: CourseFolder, course: Course, assignments: Sequence[str]) -> list[Mark]:
    """Return the marks of the class in some assignments; raise as ``read_marks``."""
    with CourseGradebook(folder) as gradebook:
        for assignment in assignments:
            gradebook.require_assignment(assignment)
        with gradebook.open() as rows:
            return marks_of(facts_of(folder, course, rows), assignments)


def read_marks(
    folder: CourseFolder,
    assignments: Sequence[str],
    student: str | None = None,
    *,
    with_excused: bool = False,
) -> list[Mark]:
    """Return a mark for each student and each assignment, by assignment and student, as it is shown and exported.

    Args:
        student: only this one's; None for the class.
        with_excused: whether the marks of excused students say more than that they are excused.

    Raises:
        TableError: the roster cannot be read.
        CourseFolderError: nothing of it has been graded, or the gradebook does not know an assignment.
        GradebookError: the gradebook cannot be read.
    """
    computed = computed_marks(folder, Course.installed(), assignments)
    late = {(who, assignment) for assignment in assignments for who in late_since_unknown(folder, assignment)}
    marks = [
        Mark(mark.student, mark.assignment, mark.max_score, excused=True)
        if mark.excused and not with_excused
        else replace(mark, late_since_unknown=(mark.student.id, mark.assignment) in late)
        for mark in computed
        if student in (None, mark.student.id)
    ]
    if not any(mark.raw_score is not None for mark in marks):
        raise nothing_graded(assignments, student)
    return marks


def nothing_graded(assignments: Sequence[str], student: str | None) -> CourseFolderError:
    """Return the error that says which command makes marks."""
    which = f" {assignments[0]}" if len(assignments) == 1 else ""
    who = f"of {student}" if student else "in this class"
    return CourseFolderError(f"nothing {who} has been graded: run `autograder grade{which}`")


def _students(
    roster: Mapping[str, Student],
    known: Mapping[str, Student],
    graded: Collection[str],
    handed_in: Collection[str],
    only: str | None,
) -> list[Student]:
    """Return the students of roster, gradebook and graded works, by id; the roster's names come first.

    The gradebook forgets nobody: who has left the roster without work, or had another id there, is none of them.
    """
    students = []
    for who in sorted({*roster, *graded, *(who for who in known if not roster or who in handed_in)}):
        if only in (None, who):
            student, row = roster.get(who, Student(who)), known.get(who, Student(who))
            students.append(replace(student, **{name: getattr(student, name) or getattr(row, name) for name in NAMES}))
    return students


def released_cells(folder: CourseFolder, assignment: str) -> dict[str, GradedCell]:
    """Return the graded cells of an assignment by id, as released; only a decision changes what they are worth.

    Raises CourseFolderError for a broken notebook.
    """
    try:
        released: dict[str, Any] = json.loads(folder.released(assignment).read_bytes())
    except ValueError as error:
        mend = f"autograder release {assignment} --force writes it anew"
        raise CourseFolderError(f"release/{assignment}/{assignment}.ipynb is no notebook ({error}): {mend}") from error
    graded = [about for cell in released["cells"] if (about := cell["metadata"].get("nbgrader", {})).get("grade")]
    return {about["grade_id"]: GradedCell(float(about["points"]), bool(about["solution"])) for about in graded}
