"""What a student calls in a notebook: ``check(Linear)``."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from autograder.reports.html import checks_table, progress_card
from autograder.reports.progress import Progress
from autograder.reports.text import checks_text, progress_text

if TYPE_CHECKING:
    from autograder.checks import Check
    from autograder.verdicts import Answer, Verdict

CHECK_S = 10.0


class _Shown(Exception):
    """An error whose message says it all: a notebook shows it without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class CheckFailed(_Shown, AssertionError):
    """A check that is part of the mark did not pass."""


class UnknownName(_Shown, LookupError):
    """There is no such exercise or check."""


@dataclass(frozen=True)
class Report:
    """The visible checks of one exercise and how they went; a notebook shows it as a table, a terminal as text."""

    exercise: str
    verdicts: Sequence[Verdict]
    hint: int = 1

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    def require(self) -> None:
        """Do nothing if all passed.

        Raises:
            CheckFailed: one did not.
        """
        failed = [verdict.message for verdict in self.verdicts if not verdict.passed]
        if failed:
            raise CheckFailed("\n\n".join(failed))

    def __repr__(self) -> str:
        return checks_text(self.exercise, self.verdicts, self.hint)

    def _repr_html_(self) -> str:
        return checks_table(self.exercise, self.verdicts, self.hint)


def check(exercise: object, only: str | None = None, *, hint: int = 1) -> Report:
    """Run the visible checks of an exercise on your code and say what they saw.

    Args:
        exercise: the class or function that you wrote, such as ``Linear``, or its name as a text.
        only: the name of one check, to run just that.
        hint: 2 for a second look: a hint that goes a step further, under each check that did not pass.

    Returns:
        A report, which a notebook shows as a table. ``report.require()`` raises unless all passed.

    Raises:
        UnknownName: there is no such exercise or check.
    """
    from autograder.sandbox.limits import is_graded

    if is_graded():
        return Report(str(exercise), ())
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    names = SimpleNamespace(**(caller.f_globals if caller else {}))
    return report_on(exercise, names, only, hint)


def report_on(exercise: object, names: SimpleNamespace, only: str | None = None, hint: int = 1) -> Report:
    """Run the visible checks of an exercise on a namespace (see ``check``)."""
    name, checks = _find(exercise, names)
    if only is not None and only not in [check.name for check in checks]:
        raise UnknownName(f"{name} has no check {only!r}: it has {', '.join(check.name for check in checks)}")
    # All are run even for one: a mistake shows best over several checks. A hidden one runs only where it is named.
    verdicts = _verdicts([check for check in checks if not check.hidden or check.name == only], names)
    return Report(name, [verdict for verdict in verdicts if only in (None, verdict.check.name)], hint)


@dataclass(frozen=True, repr=False)
class ProgressCard(Progress):
    """How far an assignment is; a notebook shows it as a card, a terminal as text."""

    def __repr__(self) -> str:
        return progress_text(self)

    def _repr_html_(self) -> str:
        return progress_card(self)


def progress(room: str) -> ProgressCard:
    """Run all visible checks of a chapter on your code and say how far you are.

    Args:
        room: the chapter's short name, such as ``layers``.

    Returns:
        A card: what is done, what is open, the points of visible checks, and what to read next.
    """
    from autograder.checks import checks_of
    from autograder.expectations.recorded import expectations
    from autograder.notebooks.check import progress_in
    from autograder.sandbox.limits import is_graded

    if is_graded():
        return ProgressCard(room, (), 0)
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    names = SimpleNamespace(**(caller.f_globals if caller else {}))
    exercises = dict.fromkeys(check.exercise for check in checks_of(room))
    verdicts = [verdict for name in exercises for verdict in report_on(name, names).verdicts]
    return ProgressCard(**vars(progress_in(room, verdicts, expectations(room).page(room))))


def room_of(name: str) -> str:
    """Return the chapter that an exercise belongs to.

    Raises:
        UnknownName: there is no such exercise.
    """
    return _find(name, SimpleNamespace())[1][0].room


def _find(exercise: object, names: SimpleNamespace) -> tuple[str, list[Check]]:
    """Return the exercise's name and its checks, also where the student gave it another name first."""
    from autograder.checks import checks_of, rooms

    everything = [check for room in rooms() for check in checks_of(room)]
    known = list(dict.fromkeys(check.exercise for check in everything))
    asked = exercise if isinstance(exercise, str) else getattr(exercise, "__name__", repr(exercise))
    bound = [name for name in known if hasattr(names, name) and exercise is getattr(names, name)]
    name = next(iter(bound), asked)
    if name not in known:
        rename = "" if isinstance(exercise, str) else ". Call yours so, or add a line such as Linear = MyLinear"
        raise UnknownName(f"there is no exercise {name[:80]!r}: there are {', '.join(known)}{rename}")
    return name, [check for check in everything if check.exercise == name]


def _verdicts(checks: Sequence[Check], names: SimpleNamespace) -> list[Verdict]:
    """Judge on each recorded seed and return, for each check, the first verdict that is not a pass."""
    from autograder.expectations.recorded import RUN_SEEDS, expectations
    from autograder.judge import judge
    from autograder.observe import seed_of

    expect = expectations(checks[0].room)
    runs = []
    for run in RUN_SEEDS:
        seeds = [seed_of(run, check) for check in checks]
        answers = _answers(checks, names, seeds)
        runs.append(judge(checks, answers, seeds, expect))
        if any(answer.kind == "timeout" for answer in answers):
            break  # the other seed would only wait once more
    return [next((verdict for verdict in row if not verdict.passed), row[0]) for row in zip(*runs, strict=True)]


def _answers(checks: Sequence[Check], names: SimpleNamespace, seeds: Sequence[int]) -> list[Answer]:
    """Observe each check, until one does not end in time: who waits in a notebook waits for one only."""
    from autograder.observe import observe
    from autograder.sandbox.limits import time_limit
    from autograder.verdicts import Answer

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
