"""A class that has answered a written question, graded without running anything, and people who mark it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.marking import http_server, queries
from autograder.instructor.marking.access import admit
from autograder.instructor.marking.handlers import XSRF_COOKIE
from autograder.instructor.marking.saving import MarkForm, save
from autograder.instructor.marking.state import MarkingState
from autograder.instructor.marking.team import QuestionKey
from sample_class.students import grade_written
from tests.conftest import copy_course, own_copy, shared_folder
from tests.instructor.conftest import ASSIGNMENT, follow

QUESTION = QuestionKey(ASSIGNMENT, "layers-written")
ADDRESS = f"/questions/{ASSIGNMENT}/{QUESTION.cell}"
NAMES = ["ada", "barbara", "grace", "hedy", "john", "katherine", "margaret", "radia"]


def text_of(student: str) -> str:
    return f"The variance of layer {len(student)} grows, says number {sum(map(ord, student))}."


def student_of(text: str) -> str:
    return next((name for name in NAMES if text_of(name) == text), text)


def write_table(folder: Path, *lines: str, name: str = "markers.csv", head: str = "marker,section,question") -> None:
    (folder / name).write_text("\n".join([head, *lines, ""]), encoding="utf-8")


def enter_roster(folder: Path, names: list[str]) -> None:
    lines = (f"{name},{'AB'[at % 2]}" for at, name in enumerate(names))
    write_table(folder, *lines, name="roster.csv", head="id,section")
    follow(folder)


@shared_folder
def written_class(folder: Path, released: Path) -> None:
    """A course folder in which a class of two sections has answered a written question. Read it only."""
    copy_course(released, folder)
    enter_roster(folder, NAMES)
    grade_written(folder, ASSIGNMENT, {name: text_of(name) for name in NAMES})


folder = own_copy("written_class")


class Reply:
    """A page that came back, after redirects."""

    def __init__(self, response: httpx.Response) -> None:
        self.status, self.path, self.headers = response.status_code, response.url.path, response.headers
        self.page = BeautifulSoup(response.content, "html.parser")
        self.text = self.page.get_text(" ", strip=True)

    @property
    def base(self) -> str:
        """What a form says of the mark that it was made of."""
        (field,) = self.page.select("#mark input[name=base]")
        return str(field["value"])


class Visitor:
    """A browser without scripts, in which somebody may have logged in."""

    def __init__(self, address: str, token: str = "") -> None:
        self.address, self.token = address.rstrip("/"), token
        alone = httpx.Limits(max_keepalive_connections=0)  # each request has a connection of its own
        self.client = httpx.Client(base_url=self.address, follow_redirects=True, timeout=120, limits=alone)
        self.get("/login")
        if token:
            self.post("/login", token=token)

    def get(self, path: str) -> Reply:
        return Reply(self.client.get(path))

    def post(self, path: str, **fields: str) -> Reply:
        return Reply(self.client.post(path, data={"_xsrf": self.client.cookies[XSRF_COOKIE], **fields}))

    def save(self, answer_id: str, points: str, comment: str = "", then: str = "stay") -> Reply:
        """Open an answer and save a mark of it."""
        path = f"/answers/{answer_id}"
        return self.post(path, base=self.get(path).base, points=points, comment=comment, then=then)


@dataclass
class Desk:
    """People who mark, without a server between them and the gradebook."""

    folder: Path
    state: MarkingState

    def entries(self, name: str) -> list[queries.ListEntry]:
        with self.state.gradebook.open() as rows:
            return queries.entries(rows.db, self.state.team, name, QUESTION)

    def states(self, name: str) -> Counter[str]:
        return Counter(entry.state for entry in self.entries(name))

    def view(self, name: str, answer_id: str) -> queries.AnswerView:
        with self.state.gradebook.open() as rows:
            return queries.view(rows.db, self.state.team, name, answer_id)

    def views(self, name: str) -> dict[str, queries.AnswerView]:
        """Return all answers that somebody marks, by student."""
        answers = (self.view(name, entry.id) for entry in self.entries(name))
        return {student_of(answer.text): answer for answer in answers}

    def save(self, name: str, answer: queries.AnswerView, points: float | str, comment: str = "") -> None:
        save(self.state, name, answer.id, MarkForm(str(points), comment, answer.base))

    def mark_all(self, name: str, points: float, comment: str = "") -> int:
        """Mark all that waits for somebody, one after the other, and return how many answers that was."""
        marked = 0
        while entry := queries.next_of(self.entries(name)):
            self.save(name, self.view(name, entry.id), points, comment)
            marked += 1
        return marked

    def overview(self) -> queries.Overview:
        with self.state.gradebook.open() as rows:
            return queries.overview(rows.db, self.state.team, QUESTION)

    def history(self, answer_id: str = "") -> list[Any]:
        with self.state.gradebook.open() as rows:
            return queries.past(rows.db, answer_id)

    def grade_again(self, **texts: str) -> None:
        """Let students hand in anew."""
        grade_written(self.folder, ASSIGNMENT, texts)


OpenDesk = Callable[..., Desk]
Visit = Callable[[str], Visitor]


@contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    """Open the gradebook of a course folder for marking."""
    course = CourseFolder(folder)
    with CourseGradebook(course) as gradebook:
        yield Desk(folder, MarkingState.opened(course, gradebook, [ASSIGNMENT]))


@pytest.fixture
def open_desk(folder: Path) -> Iterator[OpenDesk]:
    """Open the folder for marking, with these lines in its table of markers."""
    with ExitStack() as opened:

        def start(*markers: str) -> Desk:
            write_table(folder, *markers)
            return opened.enter_context(desk_in(folder))

        yield start


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    """The folder open for marking by one marker, Bob."""
    return open_desk("bob")


@contextmanager
def served(desk: Desk) -> Iterator[Visit]:
    """Serve a desk in a thread, and let people visit by name."""
    names = ["instructor", *(marker.name for marker in desk.state.team.markers)]
    tokens = admit(desk.state.gradebook, desk.state.team, names)
    address, loop = Queue[str](), asyncio.new_event_loop()
    task = loop.create_task(http_server.serve(desk.state, 0, address.put))

    def run() -> None:
        asyncio.set_event_loop(loop)
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run)
        at = address.get(timeout=120)
        try:
            yield lambda name: Visitor(at, tokens.get(name, ""))
        finally:
            loop.call_soon_threadsafe(task.cancel)
            running.result()
            loop.close()


@pytest.fixture
def visit(desk: Desk) -> Iterator[Visit]:
    """Serve the desk, and let people visit by name."""
    with served(desk) as visit:
        yield visit


def in_gradebook(folder: Path, url: str = "") -> Mapping[str, tuple[float | None, str | None, bool]]:
    """Return what nbgrader has of the written answers: points and comment by hand, and whether one waits."""
    with Gradebook(url or f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        marks = {}
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            where = (QUESTION.cell, ASSIGNMENT, ASSIGNMENT, submission.student.id)
            grade, comment = gradebook.find_grade(*where), gradebook.find_comment(*where)
            marks[submission.student.id] = (grade.manual_score, comment.manual_comment, grade.needs_manual_grade)
    return marks
