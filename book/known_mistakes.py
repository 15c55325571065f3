"""Known mistakes after the checks: judged once for a state of the course, and listed by `{known-mistakes} layers`."""

from __future__ import annotations

import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing import Pool

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from autograder.checks import checks_of, rooms
from autograder.course import Course
from autograder.instructor.authoring.catalogue import caught_mistakes
from autograder.judge.verdicts import Verdict, mistakes_in
from autograder.mistakes import Mistake
from autograder.reports.html import checks_table
from book import ROOT
from book.chapters import counted
from book.execution import digest

JUDGED_BY = f"import {caught_mistakes.__module__}"


@dataclass(frozen=True)
class JudgedMistake:
    """A known mistake after the checks.

    Attributes:
        caught_by: names of the checks that fail.
        named: whether each of them names this mistake and no other.
        named_to_students: whether the visible checks name it, too.
        table: what ``check`` shows, as HTML.
    """

    id: str
    caught_by: tuple[str, ...]
    named: bool
    named_to_students: bool
    table: str


@cache
def judged_mistakes() -> dict[str, list[JudgedMistake]]:
    """Return the known mistakes of each room, in the catalogue's order; a later build reads them from `_build`."""
    file = ROOT / "_build" / f"known-mistakes-{digest(JUDGED_BY)}.pickle"
    if not file.exists():
        with Pool() as pool:
            judged = dict(zip(rooms(), pool.map(judged_in, rooms()), strict=True))
        draft = file.with_suffix(f".{os.getpid()}")
        draft.write_bytes(pickle.dumps(judged))
        draft.replace(file)
    stored: dict[str, list[JudgedMistake]] = pickle.loads(file.read_bytes())
    return stored


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
    """Return what ``check`` shows for a right answer, as HTML."""
    checks = [check for check in checks_of(room, exercise) if not check.hidden]
    return checks_table(exercise, [Verdict(check, 0, "pass", None, 0.0) for check in checks])


def prepare(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Load PyTorch and judge before Sphinx forks the processes that read pages, if there are pages to read."""
    if docnames:
        import torch

        torch.set_num_threads(1)  # its threads do not survive a fork
        judged_mistakes()


class KnownMistakesDirective(SphinxDirective):
    """Folded, for each exercise: its first hints, and a table of the mistakes and which checks catch them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        room, course = self.arguments[0], Course.installed()
        known = {mistake.id: mistake for mistake in course.mistakes(room)}
        by_exercise: dict[str, list[JudgedMistake]] = {}
        for judged in judged_mistakes()[room]:
            by_exercise.setdefault(known[judged.id].exercise, []).append(judged)
        tables = (
            self.folded(exercise, mistakes, known, course.first_hints(room, exercise))
            for exercise, mistakes in by_exercise.items()
        )
        return [headline(judged_mistakes()[room]), *tables]

    def folded(
        self, exercise: str, mistakes: Sequence[JudgedMistake], known: Mapping[str, Mistake], hints: Sequence[str]
    ) -> nodes.container:
        lines = ["Before anything is written: " + " ".join(hints), "", ":::{list-table}"]
        lines += [":header-rows: 1", ":widths: 70 30", ":class: known-mistakes", "", "* - Mistake", "  - Caught by"]
        for judged in mistakes:
            lines += [f"* - {known[judged.id].says} `{judged.id}`", f"  - {', '.join(judged.caught_by)}"]
        block = nodes.container(classes=["filtered"])
        summary = f"<details><summary><code>{exercise}</code>, {counted(len(mistakes), 'mistake')}</summary>"
        block += nodes.raw("", summary, format="html")
        block += self.parse_text_to_nodes("\n".join([*lines, ":::"]), offset=self.content_offset)
        block += nodes.raw("", "</details>", format="html")
        return block


def headline(judged: Sequence[JudgedMistake]) -> nodes.paragraph:
    unnamed = [mistake.id for mistake in judged if not mistake.named]
    caught = f"all but {', '.join(unnamed)} are" if unnamed else "each of them is"
    return nodes.paragraph("", f"{len(judged)} mistakes; {caught} caught and named.")


def setup(app: Sphinx) -> None:
    app.connect("env-before-read-docs", prepare)
    app.add_directive("known-mistakes", KnownMistakesDirective)
