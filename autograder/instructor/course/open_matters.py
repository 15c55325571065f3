"""What collecting left for a person to do, said again wherever marks are made or shown, until it is done.

Three things are easily forgotten: a student whose file is no notebook, one whose notebook could not be read, and one
who was late when nothing says since when. The first is kept in ``collected/instead.json``, the second in the record of
grading, the third follows from the attempts that are kept. The same is said of a line of ``extensions.csv`` that nobody
has brought into force.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from autograder.course import Course, chapters_of
from autograder.errors import AutograderError
from autograder.instructor.course.attempts import INDEX, kept
from autograder.instructor.course.decisions import extensions_of, read_decisions
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.grading_records import GradingRecords
from autograder.instructor.course.roster import read_roster
from autograder.notebooks.graft import MalformedNotebook, read_capped


def note_instead(folder: CourseFolder, found: Mapping[str, Mapping[str, str]]) -> None:
    """Keep what students handed in instead of a notebook.

    Args:
        folder: the course folder.
        found: the name of a file, by assignment and student.
    """
    known = _noted(folder)
    merged = {one: {**known.get(one, {}), **found.get(one, {})} for one in {*known, *found}}
    if merged != known:
        path = folder.root / "collected" / "instead.json"
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, json.dumps(merged, indent=1, ensure_ascii=False, sort_keys=True) + "\n")


def handed_in_instead(folder: CourseFolder, assignment: str) -> dict[str, str]:
    """Return the files that are no notebooks, by student, of those of whom no notebook has come since."""
    noted = _noted(folder).get(assignment, {})
    return {who: file for who, file in noted.items() if not folder.submission(who, assignment).file.exists()}


def _noted(folder: CourseFolder) -> dict[str, dict[str, str]]:
    try:
        found: dict[str, dict[str, str]] = json.loads((folder.root / "collected" / "instead.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return found


def late_since_unknown(folder: CourseFolder, assignment: str) -> list[str]:
    """Return the students whose work the system called late, and for which nothing says when it came."""
    found = []
    for path in sorted((folder.root / "collected").glob(f"*/{assignment}/{INDEX}")):
        student = path.parent.parent.name
        submission = folder.submission(student, assignment)
        if submission.notebook.with_name("timestamp.txt").exists():
            continue
        try:
            late = {one.digest for one in kept(folder, student, assignment) if one.late and not one.when}
            if late and hashlib.sha256(read_capped(submission.file)).hexdigest() in late:
                found.append(student)
        except (CourseFolderError, MalformedNotebook, OSError):
            continue
    return found


def _extensions_not_in_force(folder: CourseFolder) -> list[str]:
    """Return a line where extensions.csv says something else than what was written by ``autograder extend``."""
    try:
        written = set(extensions_of(folder, [chapter.assignment for chapter in chapters_of(Course.installed())]))
    except (AutograderError, OSError) as error:
        return [f"extensions are as they were, since the table cannot be read: {error}"]
    changed = written ^ {one for one in read_decisions(folder.decisions) if one.what == "extended"}
    who = ", ".join(sorted({one.student for one in changed}))
    return [f"extensions.csv has changed, and that is not in force yet: {who}. Then: autograder extend"] if who else []


def open_matters(folder: CourseFolder, assignments: Sequence[str]) -> list[str]:
    """Return a line for each kind of thing that is left to do, with the names, and the command that does it."""
    names = {one.id: one.id_and_name for one in read_roster(folder.roster)} if folder.roster.exists() else {}
    lines, records = [*_extensions_not_in_force(folder)], list(GradingRecords(folder).all())
    for assignment in assignments:
        instead = handed_in_instead(folder, assignment)
        if instead:
            who = ", ".join(f"{names.get(one, one)} ({file})" for one, file in sorted(instead.items()))
            lines.append(
                f"{len(instead)} handed in something else than a notebook for {assignment}: {who}. When you have the "
                f"notebook: autograder collect FILE {assignment} --student ID"
            )
        unreadable = [who for (who, name), record in records if name == assignment and record.unreadable]
        if unreadable:
            who = ", ".join(names.get(one, one) for one in unreadable)
            lines.append(
                f"{len(unreadable)} handed in a notebook for {assignment} that cannot be read: no mark for {who}. "
                f"When you have a whole one: autograder collect FILE {assignment} --student ID"
            )
        late = late_since_unknown(folder, assignment)
        if late:
            who = ", ".join(names.get(one, one) for one in late)
            lines.append(
                f"{len(late)} late for {assignment} at an unknown time, so no penalty is counted: {who}. Put the times "
                f"into a table with the columns student and time: autograder collect DOWNLOAD {assignment} --times FILE"
            )
    return lines
