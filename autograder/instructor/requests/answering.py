"""Each request with what running its check again shows, and an answer, drafted for the instructor to edit.

What a student wrote, and what a student's code answered, stands in fences that it cannot end. The text of an answer is
for the student, so it says of a hidden check no more than title and result.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from autograder.checks import checks_of
from autograder.course import Course
from autograder.errors import AutograderError, plain
from autograder.instructor.course.attempts import kept
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.grading_records import GradingRecord
from autograder.instructor.grading.explain import (
    ExplainedMark,
    explaining,
    find_check,
    full_name,
    graded_work,
    observation_lines,
)
from autograder.instructor.requests.form import OTHER, WRITTEN
from autograder.instructor.requests.reading import Asked, NotAsked
from autograder.notebooks.graft import is_written
from autograder.receipts import receipt_from
from autograder.verdicts import labelled_lines, shown_diagnosis

MAX_SEEN = 60  # lines of what a check saw

NO_RECEIPT = "it gives no receipt"
GRADED = "its receipt is that of the notebook that was graded"


@dataclass(frozen=True)
class Answered:
    """A request and what is known of its mark."""

    asked: Asked
    receipt: str = NO_RECEIPT  # what its receipt says
    mark: ExplainedMark | None = None  # that is asked about, run again; None where that is no check, or cannot be run
    written: Sequence[str] = ()  # the student's written answers, where they are asked about
    trouble: str = ""  # why there is neither; or empty


@dataclass(frozen=True)
class Group:
    """The requests about one thing of an assignment: ``Exercise.check``, ``written answer`` or ``something else``."""

    assignment: str
    about: str
    answered: Sequence[Answered]

    @property
    def mark(self) -> ExplainedMark | None:
        """A mark by their check; None where they are not about one that could be run."""
        return next((one.mark for one in self.answered if one.mark), None)


def answer(
    folder: CourseFolder,
    course: Course,
    asked: Sequence[Asked],
    *,
    isolated: bool = True,
    on_answer: Callable[[str], None] = lambda student: None,
) -> list[Group]:
    """Run what students ask about again and return it in groups, the largest first.

    Raises:
        NoSandbox: isolation is asked for and cannot be had.
    """
    groups: dict[tuple[str, str], list[Answered]] = defaultdict(list)
    with explaining(folder, course, isolated=isolated) as again:
        for one in asked:
            about, answered = _answered(folder, one, again)
            groups[one.request.assignment, about].append(answered)
            on_answer(one.student.id)
    found = [Group(assignment, about, answered) for (assignment, about), answered in groups.items()]
    return sorted(found, key=lambda group: (group.mark is None, -len(group.answered), group.assignment, group.about))


def _answered(
    folder: CourseFolder, asked: Asked, again: Callable[[str, str, str], ExplainedMark]
) -> tuple[str, Answered]:
    student, request = asked.student.id, asked.request
    try:
        notebook, record = graded_work(folder, student, request.assignment)
        receipt = _receipt(folder, asked, record)
        if request.check.casefold() == WRITTEN:
            return WRITTEN, Answered(asked, receipt, written=[c.source for c in notebook.cells if is_written(c)])
        if request.check.casefold() == OTHER:
            return OTHER, Answered(asked, receipt)
        checks = checks_of(record.room)
        titled = [check for check in checks if check.title.casefold() == request.check.casefold()]
        name = full_name(titled[0] if len(titled) == 1 else find_check(checks, request.check))
        return name, Answered(asked, receipt, again(student, request.assignment, name))
    except AutograderError as error:
        return OTHER, Answered(asked, trouble=" ".join(str(error).split()))


def _receipt(folder: CourseFolder, asked: Asked, record: GradingRecord) -> str:
    """Say which file a request's receipt is of. A receipt is seen by its student, and by whom the student shows it."""
    said = asked.request.receipt
    if not said:
        return NO_RECEIPT
    if said == record.receipt:
        return GRADED
    attempts = kept(folder, asked.student.id, asked.request.assignment)
    number = next((one.number for one in attempts if receipt_from(one.digest) == said), None)
    return f"its receipt is that of attempt {number}, not graded" if number else "its receipt is of no file known here"


def draft(groups: Sequence[Group], left: Sequence[NotAsked] = ()) -> str:
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
    return template.render(groups=groups, left=left, written=WRITTEN, seen=_seen, told=_told)


def _seen(mark: ExplainedMark) -> str:
    """Return what a check saw, as much of it as a person may want to read."""
    lines = observation_lines(mark)
    if len(lines) > MAX_SEEN:
        lines[MAX_SEEN:] = [f"({len(lines) - MAX_SEEN} more lines: autograder explain)"]
    return "\n".join(lines)


def _told(mark: ExplainedMark) -> list[str]:
    """Return the lines that a student may read of what a check found."""
    return labelled_lines(shown_diagnosis(mark.verdict.record()))


def _fenced(text: str, language: str = "") -> str:
    """Return a text in a fence that is longer than any in it, without what a terminal obeys."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language or 'text'}\n{plain(text.expandtabs(), but=chr(10)).rstrip()}\n{fence}"


def _line(text: str) -> str:
    """Return a text as one line in which Markdown and HTML find nothing."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", plain(" ".join(text.split())))


def _code(text: str) -> str:
    """Return a text as code in a line."""
    return f"`{plain(' '.join(text.split())).replace('`', '´')}`"
