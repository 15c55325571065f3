"""Collect a download: read it, plan, and carry the plan out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from autograder.course import Course
from autograder.instructor.collecting.archive import Entry, EntryRefused, opened
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.given import (
    given_time,
    of_student,
    read_given_times,
    read_worksheet,
    with_worksheet,
    zone_hint,
)
from autograder.instructor.collecting.nested import unpacked
from autograder.instructor.collecting.plan import make_plan
from autograder.instructor.collecting.planned import WRITES, PlacedWork, Plan, RecognisedFile, Situation, SubmissionPlan
from autograder.instructor.collecting.recognising import Assignments
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.course.attempts import keep, keep_replaced, kept
from autograder.instructor.course.dates import due_dates_of, own_due_dates_of
from autograder.instructor.course.due_dates import AS_WRITTEN
from autograder.instructor.course.extensions import Work
from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.open_matters import note_instead
from autograder.instructor.course.roster import Student, read_roster, students_of
from autograder.instructor.facts import update_gradebook
from autograder.instructor.gradebook import CourseGradebook
from autograder.notebooks.graft import MAX_NOTEBOOK_BYTES, MalformedNotebook, read_capped

TIMESTAMP = "timestamp.txt"
CHOICE = re.compile(r"first|last|[1-9]\d*")
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class CollectRequest:
    """What to collect, and how.

    Attributes:
        path: of a zip, a folder or a notebook.
        assignment: only this one; None for all that occur.
        roster: of the class; None for the course folder's.
        worksheet: Moodle's, which says when work was handed in; or None.
        times: a table of the instructor's that says when students handed in; or None.
        student: whose all of it is, by id; None where names say it.
        at: when it was handed in, where one student's is collected; or None.
        choice: of a student's attempts: ``first``, ``last`` or a number.
        force: replace also what was not collected.
    """

    path: Path
    assignment: str | None = None
    roster: Path | None = None
    worksheet: Path | None = None
    times: Path | None = None
    student: str | None = None
    at: str | None = None
    choice: str = "last"
    force: bool = False


@dataclass(frozen=True)
class Collection:
    """A download that is open, and what collecting it would do.

    Attributes:
        plan: what it would do.
        students: the class.
        due: when each assignment is due, with a time zone.
        own_due: when it is due for those who have an extension, by student and assignment.
        entries: the files that are read, by digest.
    """

    plan: Plan
    students: Sequence[Student]
    due: Mapping[str, datetime]
    own_due: Mapping[Work, datetime]
    entries: Mapping[str, Entry]


@contextmanager
def planned_collection(
    folder: CourseFolder, course: Course, request: CollectRequest, on_read: Callable[[str], None] = lambda name: None
) -> Iterator[Collection]:
    """Give what collecting a download would do, and keep the download open.

    Args:
        folder: the course folder.
        course: whose assignments have due dates.
        request: what to collect.
        on_read: called after each file, with its name.

    Raises:
        CourseFolderError: there is no class, an assignment or a choice is unknown, or the download cannot be read.
        OSError: something cannot be read, or is not there.
    """
    if not CHOICE.fullmatch(request.choice):
        raise CourseFolderError(f"--attempt {request.choice}: write first, last or a number such as 2")
    folder.chosen(request.assignment)
    students = read_roster(request.roster) if request.roster else students_of(folder)
    if not students:
        raise CourseFolderError(
            f"{request.roster or 'roster.csv'} names nobody: put your learning system's export in its place, "
            "or give --roster FILE"
        )
    if request.student is None and request.at is not None:
        raise CourseFolderError("--at says when one student handed in: name the student with --student")
    if request.student is not None and request.assignment is None:
        raise CourseFolderError("--student says whose a file is: name its assignment, too, such as 2-layers")
    due, own_due = due_dates_of(folder, course), own_due_dates_of(folder, course)
    zone = next((when.tzinfo for when in due.values() if when.tzinfo), None)
    _refuse_own_folders(folder, request.path)
    assignments = Assignments.of(folder)
    with opened(request.path) as entries:
        if request.student is not None:
            files = of_student(entries, request.student, students, _given(request.at, zone))
        else:
            files = read_all(entries)
        if request.worksheet:
            files = with_worksheet(files, read_worksheet(request.worksheet, _known(zone)))
        found, by_digest = list[RecognisedFile](), dict[str, Entry]()
        for one in (inner for outer in files for inner in unpacked(outer)):
            found.append(_found(one, assignments, by_digest))
            on_read(one.entry.name)
        works = [(student.id, name) for student in students for name in assignments.answers]
        situation = Situation(
            students,
            {work: kept(folder, *work) for work in works},
            {work: submitted(folder, *work) for work in works},
            due,
            datetime.now(UTC),
            read_given_times(request.times, students, zone) if request.times else {},
            own_due,
        )
        plan = make_plan(found, situation, only=request.assignment, choice=request.choice, force=request.force)
        yield Collection(plan, students, due, own_due, by_digest)


def _known(zone: tzinfo | None) -> tzinfo:
    """Return the time zone of the instructor's dates, in which Moodle shows times to the instructor, too."""
    if zone is None:
        raise CourseFolderError("a worksheet's times have no time zone: fill in due_dates.csv first, which says yours")
    return zone


def _given(text: str | None, zone: tzinfo | None) -> datetime | None:
    when = given_time(text, zone) if text is not None else None
    if text is not None and when is None:
        raise CourseFolderError(f"--at {text!r} is no time: write “{AS_WRITTEN}{zone_hint(zone)}”")
    return when


def _refuse_own_folders(folder: CourseFolder, path: Path) -> None:
    for own in ("submitted", "collected", "autograded", "release", "source", "feedback"):
        if path.resolve().is_relative_to(folder.root / own) or path.resolve() == folder.root:
            raise CourseFolderError(f"{path} is part of the course folder: give the download")


def _found(one: DownloadedFile, assignments: Assignments, by_digest: dict[str, Entry]) -> RecognisedFile:
    what = assignments.recognise(one.entry)
    digest = hashlib.sha256(what.content).hexdigest() if what.assignment else ""
    if digest:
        by_digest.setdefault(digest, one.entry)
    return RecognisedFile(one, what.assignment, digest, what.note)


def submitted(folder: CourseFolder, student: str, assignment: str) -> PlacedWork:
    """Return what lies in a student's place."""
    submission = folder.submission(student, assignment)
    stamp = submission.notebook.with_name(TIMESTAMP)
    text = stamp.read_text(encoding="utf-8", errors="replace").strip() if stamp.is_file() else ""
    try:
        content = read_capped(submission.file)
    except FileNotFoundError:
        return PlacedWork(UNREADABLE if submission.notebook.is_symlink() else "", text)
    except (MalformedNotebook, OSError):
        return PlacedWork(UNREADABLE, text)
    return PlacedWork(hashlib.sha256(content).hexdigest(), text)


def carry_out(folder: CourseFolder, collection: Collection) -> None:
    """Write what a collection plans, student by student: killed at any moment, the same command goes on from there.

    Raises:
        CourseFolderError: the download has changed since it was planned.
        GradebookError: the gradebook does not take the class or its dates.
        OSError: something cannot be written.
    """
    with CourseGradebook(folder) as gradebook:
        update_gradebook(folder, Course.installed(), gradebook, students=collection.students)
    for one in collection.plan.to_write:
        contents = {
            digest: _content(collection.entries[digest], digest) for digest in _new_digests(folder, one, collection)
        }
        keep(folder, one.student.id, one.assignment, one.attempts, contents)
        if one.action in WRITES and one.chosen is not None:
            _submit(folder, one)
    note_instead(folder, collection.plan.instead_by_assignment)


def _new_digests(folder: CourseFolder, one: SubmissionPlan, collection: Collection) -> set[str]:
    target = folder.collected(one.student.id, one.assignment)
    return {
        attempt.digest
        for attempt in one.attempts
        if attempt.digest in collection.entries and not (target / attempt.file).exists()
    }


def _content(entry: Entry, digest: str) -> bytes:
    """Read a file again: a class's notebooks are too much to hold while the instructor looks at the plan."""
    with suppress(EntryRefused):
        content = entry.read(MAX_NOTEBOOK_BYTES + 1)
        if hashlib.sha256(content).hexdigest() == digest:
            return content
    raise CourseFolderError(f"{entry.name} has changed since it was read: collect again")


def _submit(folder: CourseFolder, one: SubmissionPlan) -> None:
    """Put the chosen attempt in its place; what lies there and was never collected is kept first."""
    assert one.chosen is not None
    submission = folder.submission(one.student.id, one.assignment)
    stamp = submission.notebook.with_name(TIMESTAMP)
    content = (folder.collected(one.student.id, one.assignment) / one.chosen.file).read_bytes()
    if one.there.digest not in ("", UNREADABLE, *(attempt.digest for attempt in one.attempts)):
        file = submission.file
        keep_replaced(folder, one.student.id, one.assignment, file.name, file.read_bytes())
    if one.there.stamp not in ("", *(attempt.stamp for attempt in one.attempts)):
        keep_replaced(folder, one.student.id, one.assignment, TIMESTAMP, stamp.read_bytes())
    submission.notebook.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    write_atomically(submission.notebook, content)
    if one.chosen.stamp:
        write_atomically(stamp, one.chosen.stamp + "\n")
