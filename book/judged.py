"""What the checks make of each known mistake: judged once for a state of the course, and kept in `_build`."""

from __future__ import annotations

import os
import pickle
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import Pool

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.instructor.reports.catalogue import caught_mistakes
from autograder.reports.html import checks_table
from autograder.verdicts import Verdict, mistakes_in
from book import ROOT
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


@cache
def judged_mistakes() -> dict[str, list[JudgedMistake]]:
    """Return the known mistakes of each room, in the catalogue's order."""
    file = ROOT / "_build" / f"judged-{digest(JUDGED_BY)}.pickle"
    if not file.exists():
        with Pool() as pool:
            found = dict(zip(rooms(), pool.map(judged_in, rooms()), strict=True))
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_bytes(pickle.dumps(found))
        draft.replace(file)
    kept: dict[str, list[JudgedMistake]] = pickle.loads(file.read_bytes())
    return kept


def judged_in(room: str) -> list[JudgedMistake]:
    """Judge the known mistakes of a room; links lead to the chapter beside this page."""
    return [
        JudgedMistake(
            caught.mistake.id,
            tuple(f"{check.name}{' (hidden)' if check.hidden else ''}" for check in caught.caught_by),
            caught.named,
            any(caught.mistake.id in mistakes_in(verdict.record()) for verdict in caught.seen),
            checks_table(caught.mistake.exercise, caught.seen),
        )
        for caught in caught_mistakes(replace(Course.installed(), book_url="../"), room)
    ]


def right_answer(room: str, exercise: str) -> str:
    """Return what ``check`` shows of a right answer, as HTML."""
    checks = [check for check in checks_of(room, exercise) if not check.hidden]
    return checks_table(exercise, [Verdict(check, 0, "pass", None, 0.0) for check in checks])


def prepare(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Load and judge before the processes are forked that read pages, but not where there is none to read."""
    if docnames:
        import torch

        torch.set_num_threads(1)  # its threads do not survive a fork
        judged_mistakes()


def setup(app: Sphinx) -> None:
    app.connect("env-before-read-docs", prepare)
