"""Reminders of work that collecting left for a person, shown wherever marks are made or shown.

A student's file is not a notebook (kept in ``collected/instead.json``), cannot be read (in the record of grading), or
was late at an unknown time (in the collected attempts).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence

from autograder.instructor.course.attempts import INDEX, kept
from autograder.instructor.course.files import read_json, write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.grading_records import GradingRecords
from autograder.instructor.course.roster import students_of
from autograder.notebooks.graft import MalformedNotebook, read_capped

INSTEAD = "collected/instead.json"


def note_instead(folder: CourseFolder, files: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the names of files handed in instead of a notebook, by assignment and student."""
    path = folder.root / INSTEAD
    known = read_json(path)
    merged = {name: {**known.get(name, {}), **files.get(name, {})} for name in {*known, *files}}
    if merged != known:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, json.dumps(merged, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def handed_in_instead(folder: CourseFolder, assignment: str) -> dict[str, str]:
    """Return the files handed in instead of a notebook, by student, unless a notebook followed."""
    noted = read_json(folder.root / INSTEAD).get(assignment, {}).items()
    return {student: file for student, file in noted if not folder.submission(student, assignment).file.exists()}


def late_since_unknown(folder: CourseFolder, assignment: str) -> list[str]:
    """Return the students whose work the system called late without a time."""
    late = []
    for path in sorted((folder.root / "collected").glob(f"*/{assignment}/{INDEX}")):
        student = path.parent.parent.name
        submission = folder.submission(student, assignment)
        if submission.notebook.with_name("timestamp.txt").exists():
            continue
        try:
            attempts = kept(folder, student, assignment)
            digests = {attempt.digest for attempt in attempts if attempt.late and not attempt.when}
            if digests and hashlib.sha256(read_capped(submission.file)).hexdigest() in digests:
                late.append(student)
        except (CourseFolderError, MalformedNotebook, OSError):
            continue
    return late


def open_matters(folder: CourseFolder, assignments: Sequence[str]) -> list[str]:
    """Return a line for each kind of thing left to do, with the names, and the command that does it."""
    names = {student.id: student.id_and_name for student in students_of(folder)}
    lines, records = list[str](), list(GradingRecords(folder).all())

    def remind(who: Sequence[str], what: str, way_out: str) -> None:
        if who:
            lines.append(f"{len(who)} {what}{', '.join(who)}. {way_out}")

    for assignment in assignments:
        instead = sorted(handed_in_instead(folder, assignment).items())
        collect = f"autograder collect FILE {assignment} --student STUDENT"
        fill = f"autograder fill release/{assignment}/{assignment}.ipynb"
        unreadable = [student for (student, name), record in records if name == assignment and record.unreadable]
        remind(
            [f"{names.get(student, student)} ({file})" for student, file in instead],
            f"handed in something else than a notebook for {assignment}: ",
            f"When you have the notebook: {collect}. From a .py you make one by: {fill} FILE.py FILE.ipynb",
        )
        remind(
            [names.get(student, student) for student in unreadable],
            f"handed in a notebook for {assignment} that cannot be read: no mark for ",
            f"When you have a whole one: {collect}. If only the ids of its cells are lost, you make one by: "
            f"{fill} LOST.ipynb FILE.ipynb",
        )
        remind(
            [names.get(student, student) for student in late_since_unknown(folder, assignment)],
            f"late for {assignment} at an unknown time, so no penalty is counted: ",
            "Put the times into a table with the columns student and time: "
            f"autograder collect DOWNLOAD {assignment} --times FILE",
        )
    return lines
