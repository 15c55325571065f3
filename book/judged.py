"""What the checks make of each known mistake of a room, judged once for a state of the course and kept in `_build`."""

import json
from dataclasses import asdict, dataclass, replace

from autograder.checks import checks_of
from autograder.course import Course
from autograder.instructor.reports.catalogue import CaughtMistake, caught_mistakes
from autograder.reports.html import checks_table
from autograder.verdicts import Verdict, mistakes_in
from book import ROOT
from book.kept import kept, state_of

# Where all stands that the judgement depends on.
JUDGED_WITH = (
    *("autograder", "autograder/checks", "autograder/expectations", "autograder/reports"),
    *("solutions", "solutions/mistakes"),
)


@dataclass(frozen=True)
class JudgedMistake:
    """A known mistake after the checks.

    Attributes:
        id: of the mistake.
        caught_by: names of the checks that fail.
        named: whether each of them names this mistake and no other.
        told: whether the checks that a student sees name it, too.
        table: what ``check`` shows of it, as HTML.
    """

    id: str
    caught_by: tuple[str, ...]
    named: bool
    told: bool
    table: str


def judged_mistakes(room: str) -> list[JudgedMistake]:
    """Return the known mistakes of a room in the catalogue's order; links lead to the chapter beside this page."""
    course = replace(Course.installed(), book_url="../")
    state = digest(course, room)
    found = kept(f"mistakes-{room}", state, lambda: [asdict(judged(one)) for one in caught_mistakes(course, room)])
    return [JudgedMistake(**{**row, "caught_by": tuple(row["caught_by"])}) for row in found]


def judged(caught: CaughtMistake) -> JudgedMistake:
    return JudgedMistake(
        caught.mistake.id,
        tuple(f"{check.name}{' (hidden)' if check.hidden else ''}" for check in caught.caught_by),
        caught.named,
        any(caught.mistake.id in mistakes_in(verdict.record()) for verdict in caught.seen),
        checks_table(caught.mistake.exercise, caught.seen),
    )


def right_answer(room: str, exercise: str) -> str:
    """Return what ``check`` shows of a right answer, as HTML."""
    checks = [check for check in checks_of(room, exercise) if not check.hidden]
    return checks_table(exercise, [Verdict(check, 0, "pass", None, 0.0) for check in checks])


def digest(course: Course, room: str) -> str:
    """Return a digest of all that the judgement depends on: code, and the headings that it sends to."""
    files = [path for folder in JUDGED_WITH for path in (ROOT / folder).glob("*.*")]
    return state_of(files, json.dumps(dict(course.contents(room).titles)))
