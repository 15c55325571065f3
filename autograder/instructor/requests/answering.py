"""Requests about marks: read from folders, files and downloads, run again, and answered in a draft for the instructor.

A student's text, and the answers of a student's code, stand in fences that they cannot end. The letter is for the
student, so it says of a hidden check no more than title and result.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.collecting.archive import EntryRefused, open_download
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.owners import owners_of
from autograder.instructor.collecting.systems import other_systems, read_all
from autograder.instructor.course.directory import Directory, Match, any_of, known_students
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.roster import Student
from autograder.instructor.grading.explain import (
    ExplainedMark,
    explaining,
    find_check,
    full_name,
    graded_work,
)
from autograder.instructor.requests.form import MAX_BYTES, OTHER, WRITTEN, NoRequest, Request, parse_request
from autograder.judge.verdicts import labelled_lines, shown_diagnosis
from autograder.notebooks.graft import is_written
from autograder.user_errors import plain

PATIENCE_S = 60.0  # with one student's code, which runs anew for each request


@dataclass(frozen=True)
class ReceivedRequest:
    """A request and its student, known by a system such as ``Canvas`` or ``its folder``, or by none: a claim."""

    file: str
    request: Request
    student: Student
    known: str


def read_requests(folder: CourseFolder, paths: Sequence[Path]) -> tuple[list[ReceivedRequest], list[str]]:
    """Return the requests in some folders, files and zips, and why other files are none; raise as ``open_download``.

    The folder or the learning system says whose a request is; where neither does, the file's own word is a claim.
    """
    directory = Directory(known_students(folder))
    requests, refused = list[ReceivedRequest](), list[str]()
    for path in paths:
        with open_download(path) as entries:
            files = read_all(entries)
            for file, matches in zip(files, owners_of(files, directory), strict=True):
                try:
                    if file.entry.refused:
                        raise NoRequest(file.entry.refused)
                    request = parse_request(file.entry.read(MAX_BYTES + 1))
                    requests.append(_received(file, request, matches, directory))
                except (NoRequest, EntryRefused) as error:
                    refused.append(f"{file.entry.name}: {error}")
    return requests, refused


def _received(
    file: DownloadedFile, request: Request, matches: Sequence[Match], directory: Directory
) -> ReceivedRequest:
    claimed = directory.find(any_of(request.student))
    known = file.system
    if file.system == other_systems.SYSTEM:  # a file's own name there is the student's choice
        matches = [directory.find(clues) for clues in other_systems.of_its_folders(file.entry).owners]
        known = "its folder"
    owners = [match.student for match in matches if match.student]
    if owners:
        member = claimed.student if claimed.student in owners else None
        return ReceivedRequest(file.entry.name, request, member or owners[0], known)
    several = [match.reason for match in matches if match.several]  # outside the file, so its own word cannot decide
    if several or claimed.student is None:
        raise NoRequest([*several, claimed.reason][0])
    return ReceivedRequest(file.entry.name, request, claimed.student, "")


@dataclass(frozen=True)
class RequestAnswer:
    """A request with a mark, of its check run again, or with written answers, or why there is neither."""

    asked: ReceivedRequest
    about: str  # ``Exercise.check``, ``written answer`` or ``something else``
    mark: ExplainedMark | None = None
    written: Sequence[str] = ()
    trouble: str = ""


def answer(
    folder: CourseFolder,
    course: Course,
    requests: Sequence[ReceivedRequest],
    *,
    isolated: bool = True,
    on_answer: Callable[[str], None] = lambda student: None,
) -> list[list[RequestAnswer]]:
    """Run the checks that students ask about again, and return the answers by assignment and subject, the most first.

    Raises NoSandbox where isolation cannot be had.
    """
    groups: dict[tuple[str, str], list[RequestAnswer]] = defaultdict(list)
    spent_s: dict[str, float] = defaultdict(float)
    with explaining(folder, course, isolated=isolated) as explain:
        for received in requests:
            student, begun = received.student.id, time.monotonic()
            if spent_s[student] < PATIENCE_S:
                answered = _answered(folder, received, explain)
            else:
                says = f"the code of {student} took more than {PATIENCE_S:.0f} seconds: autograder explain runs it"
                answered = RequestAnswer(received, OTHER, trouble=says)
            spent_s[student] += time.monotonic() - begun
            groups[received.request.assignment, answered.about].append(answered)
            on_answer(received.student.id)
    return sorted(groups.values(), key=len, reverse=True)


def _answered(
    folder: CourseFolder, received: ReceivedRequest, explain: Callable[[str, str, str], ExplainedMark]
) -> RequestAnswer:
    student, request = received.student.id, received.request
    subject = request.check.casefold()
    try:
        notebook, record = graded_work(folder, student, request.assignment)
        if subject == OTHER:
            return RequestAnswer(received, OTHER)
        if subject == WRITTEN:
            return RequestAnswer(
                received, WRITTEN, written=[cell.source for cell in notebook.cells if is_written(cell)]
            )
        checks = checks_of(record.room)
        titled = [check for check in checks if check.title.casefold() == subject]
        name = full_name(titled[0] if len(titled) == 1 else find_check(checks, request.check))
        return RequestAnswer(received, name, explain(student, request.assignment, name))
    except CourseFolderError as error:
        return RequestAnswer(received, OTHER, trouble=" ".join(str(error).split()))


def draft(groups: Sequence[Sequence[RequestAnswer]]) -> str:
    """Return the answers to all requests as Markdown."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {"fenced": _fenced, "line": _line, "code": _code}
    template = templates.get_template("requests.md.j2")
    return template.render(groups=groups, written=WRITTEN, shown=_shown)


def _shown(mark: ExplainedMark) -> list[str]:
    """Return the lines of a check's diagnosis that its student sees."""
    return labelled_lines(shown_diagnosis(mark.verdict.record()))


def _fenced(text: str, language: str = "") -> str:
    """Return a text in a fence that is longer than any in it, without characters that a terminal obeys."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language or 'text'}\n{plain(text.expandtabs(), but=chr(10)).rstrip()}\n{fence}"


def _line(text: str) -> str:
    """Return a text as one line, with the markup of Markdown and HTML escaped."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", plain(" ".join(text.split())))


def _code(text: str) -> str:
    """Return a text as code in a line."""
    return f"`{plain(' '.join(text.split())).replace('`', '´')}`"
