"""A class that has answered a written question, graded without running anything, and a server at which it is marked."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from nbgrader.api import Gradebook

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.term import enter_term, students_of
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking import server
from autograder.instructor.marking.access import admit
from autograder.instructor.marking.client import MarkingClient
from autograder.instructor.marking.marked import Marked
from autograder.instructor.marking.markers import Question
from sample_class.written import grade_written
from tests.commands import begin
from tests.conftest import copy_course, made_once

MODULE = "autograder.instructor.cli"
ASSIGNMENT = "2-layers"
QUESTION = Question(ASSIGNMENT, "layers-written")
ADDRESS = f"/questions/{ASSIGNMENT}/{QUESTION.cell}"
SECTIONS = ("A", "B")
NAMES = ["ada", "barbara", "grace", "hedy", "john", "katherine", "margaret", "radia"]


def hand_in_written(folder: Path, **texts: str) -> None:
    grade_written(folder, ASSIGNMENT, texts)


def text_of(student: str) -> str:
    return f"The variance of layer {len(student)} grows, says number {sum(map(ord, student))}."


def write_table(folder: Path, *lines: str, name: str = "markers.csv", head: str = "marker,section,question") -> None:
    (folder / name).write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def configure(folder: Path, **settings: float) -> None:
    with (folder / "nbgrader_config.py").open("a") as config:
        config.writelines(f"c.Marking.{name} = {value!r}\n" for name, value in settings.items())


def enter_roster(folder: Path, names: list[str]) -> None:
    lines = (f"{name},{SECTIONS[at % 2]}" for at, name in enumerate(names))
    write_table(folder, *lines, name="roster.csv", head="id,section")
    with CourseGradebook(CourseFolder(folder)) as gradebook:
        enter_term(gradebook, students_of(CourseFolder(folder)), {}, {})


@pytest.fixture(scope="session")
def written_class(tmp_path_factory: pytest.TempPathFactory, released: Path) -> Path:
    """A course folder in which a class of two sections has answered a written question. Read it only."""

    def make(folder: Path) -> None:
        copy_course(released, folder)
        enter_roster(folder, NAMES)
        hand_in_written(folder, **{name: text_of(name) for name in NAMES})

    return made_once("written_class", tmp_path_factory, make)


@pytest.fixture
def folder(written_class: Path, tmp_path: Path) -> Path:
    """Such a course folder of the test's own."""
    copy_course(written_class, tmp_path / "course")
    return tmp_path / "course"


@dataclass
class Marking:
    """A running `autograder mark`.

    Attributes:
        folder: the course folder.
        port: on which it listens; the same after another start.
        address: where it answers.
        tokens: by name, of all starts.
        process: the server's.
    """

    folder: Path
    port: int = 0
    address: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    process: BaseProcess | None = None

    def start(self) -> None:
        said = self.folder.parent / "printed", self.folder.parent / "errors"
        said[0].unlink(missing_ok=True)
        self.process = begin(MODULE, "mark", "--port", str(self.port), cwd=self.folder, said=said)
        wait_until(lambda: (said[0].exists() and "marking at" in said[0].read_text()) or not self.is_alive())
        assert self.is_alive(), said[1].read_text()
        printed = said[0].read_text()
        self.tokens |= dict(re.findall(r"^token of (.+): (\S+)$", printed, re.MULTILINE))
        ((self.address, port),) = re.findall(r"^marking at (http://[^/]*:(\d+)/)$", printed, re.MULTILINE)
        self.port = int(port)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        assert self.process
        self.process.kill()
        self.process.join(30)

    def client(self, name: str) -> MarkingClient:
        return MarkingClient(self.address, self.tokens[name])


@contextmanager
def serving(folder: Path) -> Iterator[Marking]:
    """Run `autograder mark` in a course folder."""
    marking = Marking(folder)
    marking.start()
    try:
        yield marking
    finally:
        if marking.is_alive():
            marking.kill()


@pytest.fixture
def serve(folder: Path) -> Iterator[Callable[[], Marking]]:
    """Start the server when the folder is as a test wants it."""
    started: list[Any] = []

    def start() -> Marking:
        context = serving(folder)
        started.append(context)
        return context.__enter__()

    yield start
    for context in started:
        context.__exit__(None, None, None)


@dataclass
class Here:
    """The same server in a thread of the tests' own process.

    Attributes:
        folder: the course folder.
        marked: what the server knows.
        address: where it answers.
        tokens: by name.
    """

    folder: Path
    marked: Marked
    address: str
    tokens: dict[str, str]

    def client(self, name: str) -> MarkingClient:
        return MarkingClient(self.address, self.tokens[name])

    def grade_again(self, **texts: str) -> None:
        """Let students hand in anew, and the server look."""
        hand_in_written(self.folder, **texts)
        self.marked.look_again()


@contextmanager
def served_here(folder: Path, every_s: float = 3600.0) -> Iterator[Here]:
    """Serve a course folder, and look so often at what was graded meanwhile."""
    course, ready = CourseFolder(folder), threading.Event()
    address: list[str] = []
    loop = asyncio.new_event_loop()

    def on_ready(at: str) -> None:
        address.append(at)
        ready.set()

    with CourseGradebook(course) as gradebook:
        marked = Marked.opened(course, gradebook, [ASSIGNMENT])
        tokens = admit(gradebook, marked.team)
        task = loop.create_task(server.serve(marked, "127.0.0.1", 0, None, on_ready))

        def run() -> None:
            asyncio.set_event_loop(loop)
            with suppress(asyncio.CancelledError):
                loop.run_until_complete(task)

        thread = threading.Thread(target=run)
        with mock.patch.object(server, "EVERY_S", every_s):
            thread.start()
            assert ready.wait(30)
            try:
                yield Here(folder, marked, address[0], tokens)
            finally:
                loop.call_soon_threadsafe(task.cancel)
                thread.join()
                loop.close()


def in_gradebook(folder: Path, url: str = "") -> Mapping[str, tuple[float | None, str | None, bool]]:
    """Return what nbgrader has of the written answers: points and comment by hand, and whether one waits."""
    with Gradebook(url or f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        found = {}
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            where = (QUESTION.cell, ASSIGNMENT, ASSIGNMENT, submission.student.id)
            grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
            found[submission.student.id] = (grade.manual_score, comment.manual_comment, grade.needs_manual_grade)
    return found


def wait_until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
