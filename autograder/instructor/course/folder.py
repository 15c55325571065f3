"""An instructor's course folder, in nbgrader's layout."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from traitlets import TraitError, Unicode
from traitlets.config import Configurable

from autograder.course import Course
from autograder.instructor.course.opening import Place
from autograder.notebooks.graft import (
    MAX_NOTEBOOK_BYTES,
    MalformedNotebook,
    grade_id_of,
    is_answer,
    parse_notebook,
    read_notebook,
)
from autograder.user_errors import UsageError

LOCK = ".autograder.lock"
TIMESTAMP = "timestamp.txt"  # nbgrader's file with the time of handing in
ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")


class CourseFolderError(UsageError):
    """Something in the course folder is missing or unknown; the message says what to do."""


def settings_in(config: Any, kind: Any, form: str) -> Any:
    """Return the settings of a kind in nbgrader's configuration, or raise CourseFolderError, which says their form."""
    try:
        return kind(config=config)
    except TraitError as error:
        raise CourseFolderError(f"nbgrader_config.py: {form}: {error}") from error


def has_a_date_everywhere(when: datetime) -> bool:
    """Return whether a time has a date in each time zone, which times in the first year and the last can lack."""
    return MINYEAR < when.year < MAXYEAR


def parse_timestamp(text: str) -> datetime | None:
    """Return the time in UTC that a timestamp of nbgrader's says; None for another text."""
    from nbgrader.utils import parse_utc

    try:
        when: datetime = parse_utc(text)
        return when if has_a_date_everywhere(when) else None
    except Exception:  # dateutil raises errors of many kinds
        return None


@dataclass(frozen=True)
class Submission:
    """One student's work on one assignment."""

    student: str
    assignment: str
    notebook: Path

    @property
    def file(self) -> Path:
        """The file that was handed in: the notebook of the assignment's name, or the only one there is."""
        notebooks = sorted(self.notebook.parent.glob("*.ipynb"))
        return notebooks[0] if not self.notebook.exists() and len(notebooks) == 1 else self.notebook

    def read(self) -> HandedIn:
        """Read the work, once: the record then describes the content that was judged. Raises OSError if unreadable."""
        name, stamp = self.file.name, self._timestamp()

        def unreadable(reason: str) -> HandedIn:
            return HandedIn(name, b"", reason, stamp)

        place = Place.at(self._root)
        for inner in (self.student, self.assignment, name):
            try:
                place = place.child(inner)
            except FileNotFoundError:
                if inner != name:
                    raise
                return unreadable(f"{name} is missing")
            if place.is_link:
                what = "to another file; hand in the notebook itself" if inner == name else "to another folder"
                return unreadable(f"{name if inner == name else 'its folder'} is a link {what}")
        if not place.is_file:
            return unreadable(f"{name} is not a file; hand in the notebook itself")
        return HandedIn(name, place.read(MAX_NOTEBOOK_BYTES + 1), "", stamp)

    @property
    def stamp(self) -> Path:
        """The file in which nbgrader notes the time of handing in."""
        return self.notebook.with_name(TIMESTAMP)

    @property
    def stamp_text(self) -> str:
        """Its text, which counts for nothing where it is a link; empty without one."""
        try:
            place = Place.at(self._root, self.student, self.assignment, TIMESTAMP)
        except OSError:
            return ""
        if place.is_link:
            return "a link"
        return place.read(100).decode(errors="replace").strip() if place.is_file else ""

    @property
    def _root(self) -> Path:
        """The folder ``submitted`` of the course folder."""
        return self.notebook.parents[2]

    def _timestamp(self) -> datetime | str | None:
        """Return the time of handing in that nbgrader noted; the text itself if it cannot be read."""
        text = self.stamp_text
        return (parse_timestamp(text) or text) if text else None


@dataclass(frozen=True)
class HandedIn:
    """The file of a submission."""

    name: str
    content: bytes  # empty where it cannot be read
    unreadable: str  # the reason in words for the student, without the instructor's folders; or empty
    timestamp: datetime | str | None  # of handing in, in UTC; None without a timestamp, its text if that cannot be read

    @property
    def digest(self) -> str:
        """SHA-256 of its content, in hex; empty where it cannot be read."""
        return "" if self.unreadable else hashlib.sha256(self.content).hexdigest()

    def notebook(self) -> NotebookNode:
        """Return the notebook, or raise MalformedNotebook with a message for the student."""
        if self.unreadable:
            raise MalformedNotebook(self.unreadable)
        return parse_notebook(self.content, self.name)


class _PathWithin:
    """The path of a file or folder that each course folder has in the same place."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __get__(self, folder: CourseFolder, kind: type[CourseFolder]) -> Path:
        return folder.root / self.place


@dataclass(frozen=True)
class CourseFolder:
    """A folder that ``autograder init`` made."""

    root: Path
    roster = _PathWithin("roster.csv")
    due_dates = _PathWithin("due_dates.csv")
    decisions = _PathWithin("decisions.csv")
    markers = _PathWithin("markers.csv")
    questions = _PathWithin("questions")  # written questions of the instructor's own, secret
    bundle = _PathWithin("release/course.zip")

    @classmethod
    def here(cls, root: Path | None = None) -> CourseFolder:
        """Return the course folder in which the command runs; raise CourseFolderError where that is another folder."""
        root = (root or Path.cwd()).resolve()
        if not (root / "nbgrader_config.py").exists():
            how = "make one with `autograder init DIR`, and run this there"
            raise CourseFolderError(f"{root} is not a course folder: {how}")
        return cls(root)

    def source(self, assignment: str) -> Path:
        return self.root / "source" / assignment / f"{assignment}.ipynb"

    def released(self, assignment: str) -> Path:
        return self.root / "release" / assignment / f"{assignment}.ipynb"

    def autograded(self, student: str, assignment: str) -> Path:
        return self.root / "autograded" / student / assignment / f"{assignment}.ipynb"

    def collected(self, student: str, assignment: str) -> Path:
        """The folder of a student's collected attempts."""
        return self.root / "collected" / student / assignment

    def submission(self, student: str, assignment: str) -> Submission:
        """Return a student's work to be graded, which need not be there."""
        return Submission(student, assignment, self.root / "submitted" / student / assignment / f"{assignment}.ipynb")

    def feedback(self, student: str, assignment: str) -> Path:
        return self.root / "feedback" / student / assignment / f"{assignment}.html"

    def viva(self, assignment: str) -> Path:
        """The folder of the sheets for talks about an assignment."""
        return self.root / "viva" / assignment

    def report(self, assignment: str | None) -> Path:
        return self.root / "reports" / f"{assignment or 'class'}.html"

    def exported(self, assignment: str | None, ending: str) -> Path:
        return self.root / "exports" / f"{assignment or 'class'}{ending}"

    def assignments(self) -> list[str]:
        """Return the released assignments in order."""
        notebooks = (self.root / "release").glob("*/*.ipynb")
        return sorted(path.stem for path in notebooks if path.stem == path.parent.name)  # beside it can be a duplicate

    def chosen(self, assignment: str | None) -> list[str]:
        """Return the assignments that a command is about, the named one or all; raise CourseFolderError without any."""
        known = self.assignments()
        if not known:
            raise CourseFolderError("no assignment has been released yet: run `autograder release` first")
        if assignment is not None and assignment not in known:
            raise CourseFolderError(f"there is no assignment {assignment!r}: there are {', '.join(known)}")
        return known if assignment is None else [assignment]

    def submissions(self, assignments: Sequence[str], student: str | None = None) -> list[Submission]:
        """Return the submissions to some assignments, by student; a folder without a notebook is one, too.

        Not by assignment: so the work of grading that occurs once for an assignment, such as the answers of its known
        mistakes, comes early and spread out, while sandboxes have work left. Raises CourseFolderError for a student who
        handed nothing in.
        """
        submissions = [
            self.submission(path.parent.name, assignment)
            for assignment in assignments
            for path in sorted((self.root / "submitted").glob(f"*/{assignment}"))
            if path.is_dir() and student in (None, path.parent.name)
        ]
        if student is not None and not submissions:
            raise CourseFolderError(
                f"{student} handed nothing in: submitted/{student} holds no {' or '.join(assignments)}"
            )
        return sorted(submissions, key=lambda submission: submission.student)

    def instructor_notebook(self, assignment: str) -> NotebookNode:
        """Return the released notebook with its hidden checks, into which answers are grafted."""
        released, source = read_notebook(self.released(assignment)), read_notebook(self.source(assignment))
        complete = {grade_id_of(cell): cell.source for cell in source.cells if grade_id_of(cell)}
        for cell in released.cells:
            if grade_id_of(cell) in complete and not is_answer(cell):
                cell.source = complete[grade_id_of(cell)]
        return released

    @contextlib.contextmanager
    def only_one_grader(self) -> Iterator[None]:
        """Keep a second run from writing marks at the same time; the kernel frees a killed run's lock.

        Raises CourseFolderError while another run is at work, or a copy of the folder is made, as the guide says.
        """
        with (self.root / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CourseFolderError(
                    "another command, such as `autograder grade`, is at work in this folder: wait for it"
                ) from error
            yield

    def nbgrader_config(self) -> Any:
        """Return nbgrader's configuration of this folder, as its own commands read it."""
        from nbgrader.apps import NbGrader

        # nbgrader makes a new gradebook by calling alembic, which is on the path only in an activated environment.
        scripts = str(Path(sys.executable).parent)
        if scripts not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = scripts + os.pathsep + os.environ.get("PATH", os.defpath)
        app = NbGrader(raise_config_file_errors=True)
        try:
            with contextlib.chdir(self.root):  # on which nbgrader insists
                app.load_config_file()
        except (Exception, SystemExit) as error:
            raise CourseFolderError(f"{self.root / 'nbgrader_config.py'} cannot be read: {error}") from error
        app.config.CourseDirectory.root = str(self.root)
        return app.config


class About(Configurable):  # type: ignore[misc]
    """Settings that students see."""

    book_url = Unicode("", help="Address of the book; empty where students have notebooks alone.").tag(config=True)
    hand_in = Unicode("", help="Where work is handed in, as the end of a sentence.").tag(config=True)


def about(config: Any) -> About:
    """Return the settings for students in nbgrader's configuration; raise CourseFolderError for one of another kind."""
    settings: About = settings_in(config, About, "c.About takes texts")
    settings.book_url = settings.book_url and book_address(settings.book_url)
    return settings


def course_of(folder: CourseFolder, config: Any = None) -> Course:
    """Return the installed course with the book of a course folder, or else the published one.

    The folder's configuration is given where it has been read. Raises NoCourse, and as ``about``.
    """
    return with_book(Course.installed(), folder.nbgrader_config() if config is None else config)


def with_book(course: Course, config: Any) -> Course:
    """Return a course with the book that nbgrader's configuration names."""
    return replace(course, book_url=about(config).book_url or course.book_url)


def book_address(text: str) -> str:
    """Return the address of a book, with a slash at its end; raise CourseFolderError for another text."""
    if not ADDRESS.fullmatch(text):
        raise CourseFolderError(f"{text!r} is not the address of a book: it begins with https:// or http://")
    return text.rstrip("/") + "/"
