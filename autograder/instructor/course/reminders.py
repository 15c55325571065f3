"""Reminders of work that collecting left for a person, shown wherever marks are made or shown.

A student's notebook cannot be read (in the record of grading), or was late at an unknown time (in the collected
attempts).
"""

from collections.abc import Sequence

from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import ATTEMPTS_FILE, GradingRecords, attempts_of
from autograder.instructor.course.roster import students_of


def late_since_unknown(folder: CourseFolder, assignment: str) -> list[str]:
    """Return the students whose work the system called late without a time."""
    late = []
    for path in sorted((folder.root / "collected").glob(f"*/{assignment}/{ATTEMPTS_FILE}")):
        student = path.parent.parent.name
        submission = folder.submission(student, assignment)
        if submission.stamp.exists():
            continue
        try:
            attempts = attempts_of(folder, student, assignment)
            digests = {attempt.digest for attempt in attempts if attempt.late and not attempt.when}
            if digests and submission.read().digest in digests:
                late.append(student)
        except (CourseFolderError, OSError):
            continue
    return late


def reminders(folder: CourseFolder, assignments: Sequence[str]) -> list[str]:
    """Return a line for each kind of thing left to do, with the names, and the command that does it."""
    names = {student.id: student.id_and_name for student in students_of(folder)}
    lines, records = list[str](), list(GradingRecords(folder).all())

    def remind(who: Sequence[str], what: str, way_out: str) -> None:
        if who:
            lines.append(f"{len(who)} {what}{', '.join(who)}. {way_out}")

    for assignment in assignments:
        unreadable = [student for (student, name), record in records if name == assignment and record.unreadable]
        remind(
            [names.get(student, student) for student in unreadable],
            f"handed in a notebook for {assignment} that cannot be read: no mark for ",
            f"When you have a whole one: autograder collect FILE {assignment} --student STUDENT. If only the ids of "
            "its cells are lost, you make one by: autograder fill "
            f"release/{assignment}/{assignment}.ipynb LOST.ipynb FILE.ipynb",
        )
        remind(
            [names.get(student, student) for student in late_since_unknown(folder, assignment)],
            f"late for {assignment} at an unknown time, so no penalty is counted: ",
            "Put the times into a table with the columns student and time: "
            f"autograder collect DOWNLOAD {assignment} --times FILE",
        )
    return lines
