"""Exports of learning systems: a roster, and a class's work in three formats.

The formats are those of the readers in autograder/instructor/collecting/systems, whose docstrings name the sources.
"""

import csv
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import nbformat

from autograder.instructor.course.roster import Student
from sample_class.students import handed_in

ASSIGNMENT = "2-layers"
POINTS = 25
COLUMN = f"{ASSIGNMENT} (71828)"
DUE = datetime(2026, 11, 5, 23, 59)
DOWNLOADED = (2026, 11, 9, 8, 30, 0)


def write_downloads(folder: Path, students: Sequence[Student], released: nbformat.NotebookNode | None) -> None:
    """Write the gradebook of the class; with a released notebook also what the class handed in, a third each way."""
    write_gradebook(folder / "canvas-gradebook.csv", students)
    if released is None:
        return
    work = {student: nbformat.writes(done) for student in students if (done := handed_in(student, released))}
    canvas, moodle, mail = (dict(list(work.items())[start::3]) for start in range(3))
    write_canvas(folder / "submissions.zip", canvas, nbformat.writes(released))
    write_moodle(folder / "moodle.zip", moodle)
    write_worksheet(folder / "grading-worksheet.csv", students, list(moodle))
    for student, notebook in mail.items():
        path = folder / "by-mail" / student.id / f"{ASSIGNMENT} ({student.first_name}).ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook, encoding="utf-8")


def write_gradebook(path: Path, students: Sequence[Student]) -> None:
    """Write what Canvas exports of an empty gradebook."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", COLUMN]
    rows = [
        [f"{s.last_name}, {s.first_name}", s.lms_user_id, s.id, s.email, f"Section {1 + number % 2}", ""]
        for number, s in enumerate(students)
    ]
    write_table(path, [header, ["    Points Possible", "", "", "", "", POINTS], *rows])


def set_points(folder: Path, points: int) -> None:
    """Let both systems say that the assignment has so many points, as once an instructor has changed them there."""
    for name, heading in (("canvas-gradebook.csv", COLUMN), ("grading-worksheet.csv", "Maximum Grade")):
        with (folder / name).open(encoding="utf-8-sig", newline="") as file:
            header, *rows = csv.reader(file)
        at = header.index(heading)
        write_table(folder / name, [header, *([*row[:at], row[at] and points, *row[at + 1 :]] for row in rows)])


def write_worksheet(path: Path, students: Sequence[Student], handed_in_there: Sequence[Student]) -> None:
    """Write Moodle's grading worksheet; every other came late, by a few hours or by days."""
    header = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
    header += ["Grade can be changed", "Last modified (submission)", "Last modified (grade)", "Feedback comments"]
    rows = []
    for student in students:
        status, when = "No submission", "-"
        if student in handed_in_there:
            hours = (-20, 10, -1, 60)[handed_in_there.index(student) % 4]
            status, when = "Submitted for grading", f"{DUE + timedelta(hours=hours):%A, %-d %B %Y, %I:%M %p}"
        who = [f"Participant {student.lms_user_id}", student.name, student.email]
        rows.append([*who, status, "", POINTS, "Yes", when, "-", ""])
    write_table(path, [header, *rows])


def write_table(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as table:
        csv.writer(table).writerows(rows)


def write_canvas(path: Path, work: dict[Student, str], untouched: str) -> None:
    """Write Canvas's zip; some are late, and the first handed in twice."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for at, (student, notebook) in enumerate(work.items()):
            name = "".join(filter(str.isalnum, f"{student.last_name}{student.first_name}".lower()))
            late = "LATE_" if at % 5 == 4 else ""
            if at == 0:
                add(archive, f"{name}_{student.lms_user_id}_{500_000}_{ASSIGNMENT}.ipynb", untouched)
            again = "-1" if at == 0 else ""
            add(archive, f"{name}_{late}{student.lms_user_id}_{500_001 + at}_{ASSIGNMENT}{again}.ipynb", notebook)


def write_moodle(path: Path, work: dict[Student, str]) -> None:
    """Write Moodle's zip, with a folder for each student."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, notebook in work.items():
            add(archive, f"{student.name}_{student.lms_user_id}_assignsubmission_file_/{ASSIGNMENT}.ipynb", notebook)


def add(archive: zipfile.ZipFile, name: str, content: str) -> None:
    """Add a file with the time of the download, as these systems do."""
    archive.writestr(zipfile.ZipInfo(name, DOWNLOADED), content, zipfile.ZIP_DEFLATED)
