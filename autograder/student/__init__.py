"""Functions that a student calls in a notebook: ``check(Linear)``, ``progress()``."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from textwrap import indent
from types import SimpleNamespace
from typing import TYPE_CHECKING

from autograder.notebooks.progress import Progress
from autograder.reports.html import checks_table, progress_card
from autograder.reports.text import checks_text, progress_text
from autograder.student.inputs import (
    Origin,
    inputs_as_typed,
    inputs_of_notebook,
    newest_that_defines,
    origin_of,
    source_of,
)
from autograder.student.names import UnknownName, WithoutTraceback, find_exercise, known_room

if TYPE_CHECKING:
    from autograder.checks import Check
    from autograder.judge.verdicts import Verdict
    from autograder.observe import Answer
    from autograder.sandbox.cells import CappedText

CHECK_S = 10.0
MOST_PRINTED = 20  # lines


class CheckFailed(WithoutTraceback, AssertionError):
    """A check that is part of the mark did not pass."""


class CheckInterrupted(WithoutTraceback, KeyboardInterrupt):
    """The user stopped a running check."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise ``CheckInterrupted``, which shows no traceback, where the user stops the block."""
    try:
        yield
    except KeyboardInterrupt:
        raise CheckInterrupted("the check was interrupted") from None


@dataclass(frozen=True)
class CheckReport:
    """Verdicts of the visible checks of one exercise; a notebook shows them as a table, a terminal as text."""

    exercise: str
    verdicts: Sequence[Verdict]
    hint: int = 1
    origin: Origin | None = None
    printed: str = ""
    remarks: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def what(self) -> str:
        """The exercise, and the cell in which it was defined."""
        return f"{self.exercise} as in cell [{self.origin.made}]" if self.origin else self.exercise

    @property
    def note(self) -> str:
        """A sentence for the case that a newer version did not run."""
        if not self.origin or self.origin.newest == self.origin.made:
            return ""
        made, newest = self.origin.made, self.origin.newest
        return (
            f"Your last run of {self.exercise}, cell [{newest}], failed. What is checked here is the version before "
            f"it, from cell [{made}]."
        )

    def require(self) -> None:
        """Do nothing if all passed; raise CheckFailed if one did not."""
        failed = [verdict.message for verdict in self.verdicts if not verdict.passed]
        if failed:
            raise CheckFailed("\n\n".join(failed))

    def __repr__(self) -> str:
        text = checks_text(self.exercise, self.verdicts, self.hint, what=self.what, remarks=self.remarks)
        printed = f"your code printed:\n{indent(self.printed, '  ')}" if self.printed else ""
        return "\n".join(filter(None, [self.note, text, printed]))

    def _repr_html_(self) -> str:
        remarks = [f"{remark[:1].upper()}{remark[1:]}." for remark in self.remarks]
        notes = [self.note, *remarks] if self.note else remarks
        return checks_table(self.exercise, self.verdicts, self.hint, what=self.what, notes=notes, printed=self.printed)


def check(exercise: object, only: str | None = None, *, hint: int = 1) -> CheckReport:
    """Run the visible checks of an exercise on your code and report their results.

    Args:
        exercise: the class or function that you wrote, such as ``Linear``, or its name as a text.
        only: the name of one check, to run just that.
        hint: 2 for a second look: a hint that goes a step further, under each check that did not pass.

    Returns:
        A report, which a notebook shows as a table. ``report.require()`` raises unless all passed.

    Raises:
        UnknownName: there is no such exercise, check or hint.
        CheckInterrupted: you stopped it.
    """
    from autograder.sandbox.limits import is_graded

    if is_graded():
        return CheckReport(str(exercise), ())
    names = _names_of_caller()
    with stoppable():
        report = report_on(exercise, names, only, hint)
    remarks = _remarks(room_of(report.exercise), names).get(report.exercise, ())
    return replace(report, origin=origin_of(report.exercise, getattr(names, report.exercise, None)), remarks=remarks)


def _names_of_caller() -> SimpleNamespace:
    """Return the global names where the function was called that calls this one."""
    return SimpleNamespace(**sys._getframe(2).f_globals)


def report_on(exercise: object, names: SimpleNamespace, only: str | None = None, hint: int = 1) -> CheckReport:
    """Run the visible checks of an exercise on a namespace (see ``check``)."""
    name, checks = find_exercise(exercise, names)
    if only is not None and only not in [check.name for check in checks]:
        raise UnknownName(f"{name} has no check {only!r}: it has {', '.join(check.name for check in checks)}")
    if hint not in (1, 2):
        raise UnknownName(f"there is no hint {hint!r}: there are a first look, hint=1, and a second one, hint=2")
    # All are run even for one: a mistake shows best over several checks. A hidden check runs only if it is named.
    with _unattended() as printed:
        verdicts = _verdicts([check for check in checks if not check.hidden or check.name == only], names)
    lines = printed.getvalue().splitlines()
    more = ["… (the rest is left out)"] if len(lines) > MOST_PRINTED else []
    shown = [verdict for verdict in verdicts if only in (None, verdict.check.name)]
    return CheckReport(name, shown, hint, printed="\n".join([*lines[:MOST_PRINTED], *more]))


@contextmanager
def _unattended() -> Iterator[CappedText]:
    """Capture printed text, up to a limit, and refuse requests for input, which would block all cells."""
    from autograder.sandbox.cells import CappedText

    def refuse(*_: object) -> str:
        raise RuntimeError("your code asks for input(), which nobody can answer while a check runs")

    printed, asks = CappedText(), builtins.input
    builtins.input = refuse
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield printed
    finally:
        builtins.input = asks


@dataclass(frozen=True, repr=False)
class ProgressCard(Progress):
    """Progress through an assignment; a notebook shows it as a card, a terminal as text."""

    def __repr__(self) -> str:
        return progress_text(self)

    def _repr_html_(self) -> str:
        return progress_card(self)


def progress(room: str = "") -> ProgressCard:
    """Run all visible checks of a chapter on your code and show how far you are.

    Args:
        room: the chapter's short name, such as ``layers``; found by your exercises if it is left out.

    Returns:
        A card: exercises done and open, the points of visible checks, and the section to read next.

    Raises:
        UnknownName: there is no such chapter, or none is named and no exercise's cell has been run.
        CheckInterrupted: you stopped it.
    """
    from autograder.checks import checks_of
    from autograder.notebooks.progress import progress_in
    from autograder.sandbox.limits import is_graded

    if is_graded():
        return ProgressCard(room, (), 0)
    room = known_room(room or _room_of_notebook())
    names = _names_of_caller()
    exercises = dict.fromkeys(check.exercise for check in checks_of(room))
    with stoppable():
        verdicts = [verdict for name in exercises for verdict in report_on(name, names).verdicts]
    return ProgressCard(**vars(progress_in(room, verdicts, _remarks(room, names))))


def _room_of_notebook() -> str:
    """Return the chapter of which most exercises have been run in this notebook."""
    from autograder.checks import checks_of, rooms

    ran = {room: len(_answers_in_notebook({check.exercise for check in checks_of(room)})) for room in rooms()}
    if not any(ran.values()):
        raise UnknownName("no exercise's cell has been run since the kernel started: run them first")
    return max(ran, key=ran.__getitem__)


def _remarks(room: str, names: SimpleNamespace) -> dict[str, list[str]]:
    """Return remarks on a chapter's answers by the text of this notebook's cells, for answers made in a cell."""
    from autograder.checks import checks_of
    from autograder.notebooks.remarks import remarks_on

    ran = {text.strip() for text in inputs_of_notebook() if text}
    exercises = dict.fromkeys(check.exercise for check in checks_of(room))
    checked = {name: source_of(getattr(names, name, None)) for name in exercises}
    made = {name: source for name, source in checked.items() if source.strip() in ran}
    return remarks_on(room, _answers_in_notebook(exercises) | made, inputs_as_typed()) if made else {}


def _answers_in_notebook(names: Iterable[str]) -> dict[str, str]:
    """Return, by the exercise's name, the text of each exercise's cell as it was run last."""
    inputs = inputs_as_typed()
    newest = {name: newest_that_defines(inputs, name) for name in names}
    return {name: inputs[number] for name, number in newest.items() if number is not None}


def room_of(name: str) -> str:
    """Return the chapter that an exercise belongs to; raise UnknownName if there is no such exercise."""
    return find_exercise(name, SimpleNamespace())[1][0].room


def _verdicts(checks: Sequence[Check], names: SimpleNamespace) -> list[Verdict]:
    """Judge on each recorded seed and return, for each check, the first verdict that is not a pass."""
    from autograder.judge.expectations import RUN_SEEDS, expectations
    from autograder.judge.judge import judge
    from autograder.observe import seed_of
    from autograder.sandbox.hidden_checks import import_each, preload

    expect = expectations(checks[0].room)
    import_each(preload((checks[0].room,)))  # an import that a check's end stops midway fails until the kernel restarts
    runs = []
    for run in RUN_SEEDS:
        seeds = [seed_of(run, check) for check in checks]
        answers = _answers(checks, names, seeds)
        runs.append(judge(checks, answers, seeds, expect))
        if any(answer.kind == "timeout" for answer in answers):
            break  # the other seed would only wait once more
    return [next((verdict for verdict in row if not verdict.passed), row[0]) for row in zip(*runs, strict=True)]


def _answers(checks: Sequence[Check], names: SimpleNamespace, seeds: Sequence[int]) -> list[Answer]:
    """Observe each check, until one runs out of time: a person in a notebook waits for one only."""
    from autograder.observe import Answer, observe
    from autograder.sandbox.limits import time_limit

    answers: list[Answer] = []
    for check, seed in zip(checks, seeds, strict=True):
        if any(answer.kind == "timeout" for answer in answers):
            answers.append(Answer("timeout", {}, "not tried: another check did not end in time"))
            continue
        answer = Answer("timeout", {}, f"it did not end within {CHECK_S:g} seconds: is there a loop without an end?")
        with time_limit(CHECK_S):
            answer = observe(check, names, seed)
        answers.append(answer)
    return answers
