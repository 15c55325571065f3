"""Collect a download: read it, plan, and carry the plan out."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory

from autograder.course import Course
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.collecting.archive import DownloadEntry, open_download, unzipped
from autograder.instructor.collecting.downloaded import (
    BY_HAND,
    Answers,
    DownloadedFile,
    answers_of,
    recognise,
)
from autograder.instructor.collecting.owners import owners_of
from autograder.instructor.collecting.plan import WRITES, PlacedWork, Plan, Situation, SubmissionPlan, make_plan
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.collecting.systems.moodle import read_worksheet, with_worksheet
from autograder.instructor.course.directory import Clue, Directory, UnknownStudent, any_of
from autograder.instructor.course.due_dates import AS_WRITTEN, due_dates_of
from autograder.instructor.course.files import TableError, read_table, write_atomically
from autograder.instructor.course.folder import TIMESTAMP, CourseFolder, CourseFolderError, has_a_date_everywhere
from autograder.instructor.course.records import CLAIMED, ENTERED, attempts_of, keep_copy, write_attempts
from autograder.instructor.course.roster import Student, students_of
from autograder.instructor.gradebook import CourseGradebook

# Of one student; a notebook of 32 MiB takes two seconds.
READING_S = 120
MOST_NOTEBOOKS = 200
MOST_BYTES = 256 << 20
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class CollectRequest:
    """A download to collect, and how."""

    path: Path
    assignment: str | None = None  # the only one to collect; None for all that occur
    worksheet: Path | None = None  # Moodle's, with the times of handing in
    times: Path | None = None  # a table of the instructor's with such times
    student: str | None = None  # the owner of all files, by id, address or name; None where file names say it
    at: str | None = None  # the time at which that student handed in
    force: bool = False


@dataclass(frozen=True)
class Collection:
    """The plan to collect a download, and a folder with each notebook in it, called by its digest."""

    plan: Plan
    contents: Path


@contextmanager
def planned_collection(
    folder: CourseFolder, course: Course, request: CollectRequest, on_read: Callable[[str], None] = lambda name: None
) -> Iterator[Collection]:
    """Read a download, once, and plan its collection; what was read is kept on the disk in the block.

    Its files can be their students', who change them at any time. ``on_read`` is called with the name of each file that
    was read. Raises CourseFolderError where there is no class, an assignment is unknown, or the download cannot be
    read, and OSError.
    """
    _refuse_wrong_use(folder, request)
    students = students_of(folder)
    if not students:
        raise CourseFolderError("roster.csv has no students: put your learning system's export in its place")
    due = due_dates_of(folder, course)
    own = due.get(request.assignment or "", next(iter(due.values()), None))
    zone = own.tzinfo if own else None
    answers = answers_of(folder)
    with TemporaryDirectory(prefix="autograder-") as kept, open_download(request.path) as entries:
        contents, files = Path(kept), list[DownloadedFile]()

        def keep(digest: str, content: bytes) -> None:
            (contents / digest).write_bytes(content)

        for file in _recognised(_downloaded_files(entries, request, students, zone), students, answers, keep):
            files.append(file)
            on_read(file.entry.name)
        works = [(student.id, assignment) for student in students for assignment in answers]
        situation = Situation(
            students,
            {work: attempts_of(folder, *work) for work in works},
            {work: _placed_work(folder, *work) for work in works},
            datetime.now(UTC),
            _read_times(request.times, students, zone) if request.times else {},
        )
        plan = make_plan(files, situation, only=request.assignment, force=request.force)
        yield Collection(plan, contents)


def _refuse_wrong_use(folder: CourseFolder, request: CollectRequest) -> None:
    folder.chosen(request.assignment)
    if request.student is None and request.at is not None:
        raise CourseFolderError("--at says when one student handed in: name the student with --student")
    if request.student is not None and request.assignment is None:
        raise CourseFolderError("--student says whose a file is: name its assignment, too")
    path = request.path.resolve()
    for name in ("submitted", "collected", "autograded", "release", "source", "feedback"):
        if path == folder.root or path.is_relative_to(folder.root / name):
            raise CourseFolderError(f"{request.path} is part of the course folder: give the download")


def _downloaded_files(
    entries: Sequence[DownloadEntry], request: CollectRequest, students: Sequence[Student], zone: tzinfo | None
) -> list[DownloadedFile]:
    """Return the files of a download with the facts that its system gives, or else the instructor."""
    if request.student is None:
        files = read_all(entries)
    else:
        when = _time(request.at, zone) if request.at is not None else None
        if request.at is not None and when is None:
            raise CourseFolderError(f"--at {request.at!r} is not a time: write “{AS_WRITTEN}{_zone_hint(zone)}”")
        try:
            owners = ((Clue("id", Directory(students).named(request.student).id),),)
        except UnknownStudent as error:
            raise CourseFolderError(f"--student: {error}. Add new students to roster.csv first") from None
        standing = ENTERED if when else CLAIMED
        files = [DownloadedFile(entry, BY_HAND, owners, when, standing) for entry in entries]
    if request.worksheet is None:
        return files
    if zone is None:  # Moodle shows times in the time zone of the instructor
        raise CourseFolderError("Moodle's worksheet has no time zone: set yours in due_dates.csv first")
    participants = read_worksheet(request.worksheet, zone)
    return [with_worksheet(file, participants) for file in files]


def _recognised(
    files: Sequence[DownloadedFile],
    students: Sequence[Student],
    answers: Answers,
    keep: Callable[[str, bytes], object],
) -> Iterator[DownloadedFile]:
    """Yield each file with its assignment; a student whose files are too much has one that says so for the rest."""
    left_s, stopped = defaultdict[str, float](lambda: READING_S), set[str]()
    counts, sizes = Counter[str](), Counter[str]()
    for outer, matches in zip(files, owners_of(files, Directory(students)), strict=True):
        whose = next((match.student.id for match in matches if match.student), "nobody")

        def keep_theirs(digest: str, content: bytes, whose: str = whose) -> None:
            counts[whose] += 1
            sizes[whose] += len(content)
            keep(digest, content)

        last = time.monotonic() + left_s[whose]
        for entry in () if whose in stopped else unzipped(outer.entry):
            if time.monotonic() >= last:
                reason = f"took {READING_S} seconds to read"
            elif counts[whose] >= MOST_NOTEBOOKS:
                reason = f"are more than {MOST_NOTEBOOKS} notebooks"
            elif sizes[whose] >= MOST_BYTES:
                reason = f"hold more than {MOST_BYTES >> 20} MiB of notebooks"
            else:
                yield recognise(replace(outer, entry=entry), answers, keep_theirs)
                continue
            reason = f"the files of {whose} {reason}: this one and the rest are not read"
            yield replace(outer, entry=replace(entry, refused=reason), owners=(), note=reason)
            stopped.add(whose)
            break
        left_s[whose] = last - time.monotonic()


def _read_times(path: Path, students: Sequence[Student], zone: tzinfo | None) -> dict[str, datetime]:
    """Return times of handing in by student's id, from a table with the columns ``student`` and ``time``.

    The table can name a student in any way that the roster knows.
    """
    table, directory = read_table(path), Directory(students)
    if not table.has("student") or not table.has("time"):
        raise TableError(f"{path} lacks a column student or a column time")
    times = {}
    for row in table.rows:
        match = directory.find(any_of(row.cells.get("student", "")))
        if match.student is None:
            raise table.error(row, match.reason)
        text = row.cells.get("time", "")
        when = _time(text, zone)
        if when is None:
            raise table.error(row, f"{text!r} is not a time: write {AS_WRITTEN}{_zone_hint(zone)}")
        times[match.student.id] = when
    return times


def _time(text: str, zone: tzinfo | None) -> datetime | None:
    """Return a written time, with its time zone or in the given one; None for other texts."""
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if ":" not in text or (when.tzinfo is None and zone is None) or not has_a_date_everywhere(when):
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _zone_hint(zone: tzinfo | None) -> str:
    """Return the rest of a time's form, where no due date says a time zone."""
    return "" if zone else "+01:00, with its time zone, since due_dates.csv has none"


def _placed_work(folder: CourseFolder, student: str, assignment: str) -> PlacedWork:
    submission = folder.submission(student, assignment)
    if not submission.file.exists() and not submission.file.is_symlink():
        return PlacedWork("", submission.stamp_text)
    try:
        return PlacedWork(submission.read().digest or UNREADABLE, submission.stamp_text)
    except OSError:
        return PlacedWork(UNREADABLE, submission.stamp_text)


def carry_out(folder: CourseFolder, collection: Collection) -> None:
    """Write a planned collection, student by student: killed at any moment, the same command goes on from there.

    Raises GradebookError and OSError.
    """
    plan = collection.plan
    with CourseGradebook(folder) as gradebook:
        update_gradebook(folder, Course.installed(), gradebook)
    for submission in plan.to_write:
        contents = _new_contents(folder, submission, collection.contents)
        write_attempts(folder, submission.student.id, submission.assignment, submission.attempts, contents)
        if submission.action in WRITES:
            _place(folder, submission)


def _new_contents(folder: CourseFolder, submission: SubmissionPlan, contents: Path) -> dict[str, bytes]:
    """Return the attempts that are not kept yet, by digest."""
    target = folder.collected(submission.student.id, submission.assignment)
    digests = {attempt.digest for attempt in submission.attempts if not (target / attempt.file).exists()}
    return {digest: (contents / digest).read_bytes() for digest in digests if (contents / digest).exists()}


def _place(folder: CourseFolder, planned: SubmissionPlan) -> None:
    """Put the chosen attempt in its place; keep a copy of files there that were never collected."""
    student, assignment, placed = planned.student.id, planned.assignment, planned.placed
    submission = folder.submission(student, assignment)
    content = (folder.collected(student, assignment) / planned.chosen.file).read_bytes()
    if placed.digest not in ("", UNREADABLE, *(attempt.digest for attempt in planned.attempts)):
        keep_copy(folder, student, assignment, submission.file.name, submission.read().content)
    if placed.stamp not in ("", *(attempt.stamp for attempt in planned.attempts)):
        keep_copy(folder, student, assignment, TIMESTAMP, placed.stamp.encode())
    submission.notebook.parent.mkdir(parents=True, exist_ok=True)
    submission.stamp.unlink(missing_ok=True)
    write_atomically(submission.notebook, content)
    if planned.chosen.stamp:
        write_atomically(submission.stamp, planned.chosen.stamp + "\n")
