"""What the checks make of each known mistake: judged anew when the course has changed, before pages are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from multiprocessing import Pool
from typing import Any

from sphinx.application import Sphinx

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.instructor.reports.catalogue import CaughtMistake, caught_mistakes
from autograder.reports.html import checks_table
from autograder.verdicts import Verdict, mistakes_in
from book.execution import digest

JUDGED_BY = "from autograder.instructor.reports import catalogue"


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


def judge_mistakes(app: Sphinx, env: Any, docnames: list[str]) -> None:
    """Judge the known mistakes of all rooms; Sphinx keeps what came out with all else that it has read."""
    if not docnames or getattr(env, "judged_by", "") == (judged_by := digest(JUDGED_BY)):
        return
    with Pool() as pool:
        env.judged_mistakes = dict(zip(rooms(), pool.map(judged_mistakes, rooms()), strict=True))
    env.judged_by = judged_by


def judged_mistakes(room: str) -> list[JudgedMistake]:
    """Return the known mistakes of a room in the catalogue's order; links lead to the chapter beside this page."""
    return [judged(one) for one in caught_mistakes(replace(Course.installed(), book_url="../"), room)]


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


def setup(app: Sphinx) -> None:
    app.connect("env-before-read-docs", judge_mistakes, priority=600)  # after PyTorch is loaded
