"""What a student calls in a notebook: ``check(Linear)``."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from autograder.reports.html import checks_table
from autograder.reports.text import checks_text

if TYPE_CHECKING:
    from autograder.checks import Check
    from autograder.verdicts import Verdict

_graded = False


def be_graded() -> None:
    """Let ``check`` do nothing from now on: the grader runs the checks itself."""
    global _graded
    _graded = True


class CheckFailed(AssertionError):
    """A check that is part of the mark did not pass; shown in a notebook without a traceback of ours."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


@dataclass(frozen=True)
class Report:
    """The visible checks of one exercise and how they went; a notebook shows it as a table, a terminal as text."""

    exercise: str
    verdicts: Sequence[Verdict]

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
        return checks_text(self.exercise, self.verdicts)

    def _repr_html_(self) -> str:
        return checks_table(self.exercise, self.verdicts)


def check(exercise: object, only: str | None = None) -> Report:
    """Run the visible checks of an exercise on your code and say what they saw.

    Args:
        exercise: the class or function that you wrote, such as ``Linear``, or its name as a text.
        only: the name of one check, to run just that.

    Returns:
        A report, which a notebook shows as a table. ``report.require()`` raises unless all passed.

    Raises:
        LookupError: there is no such exercise or check.
    """
    if _graded:
        return Report(str(exercise), ())
    frame = inspect.currentframe()
    caller = frame.f_back if frame else None
    names = SimpleNamespace(**(caller.f_globals if caller else {}))
    return report_on(exercise, names, only)


def report_on(exercise: object, names: SimpleNamespace, only: str | None = None) -> Report:
    """Run the visible checks of an exercise on a namespace (see ``check``)."""
    name, checks = _find(exercise, names)
    if only is not None and only not in [check.name for check in checks]:
        raise LookupError(f"{name} has no check {only!r}: it has {', '.join(check.name for check in checks)}")
    # All are run even for one: a mistake shows best over several checks. A hidden one runs only where it is named.
    verdicts = _verdicts([check for check in checks if not check.hidden or check.name == only], names)
    return Report(name, [verdict for verdict in verdicts if only in (None, verdict.check.name)])


def _find(exercise: object, names: SimpleNamespace) -> tuple[str, list[Check]]:
    """Return the exercise's name and its checks, also where the student gave it another name first."""
    from autograder.checks import checks_of, rooms

    everything = [check for room in rooms() for check in checks_of(room)]
    known = list(dict.fromkeys(check.exercise for check in everything))
    asked = exercise if isinstance(exercise, str) else getattr(exercise, "__name__", "")
    bound = [name for name in known if exercise is getattr(names, name, None)]
    name = next(iter(bound), asked)
    if name not in known:
        raise LookupError(f"there is no exercise {name or exercise!r}: there are {', '.join(known)}")
    return name, [check for check in everything if check.exercise == name]


def _verdicts(checks: Sequence[Check], names: SimpleNamespace) -> list[Verdict]:
    """Judge on each recorded seed and return, for each check, the first verdict that is not a pass."""
    from autograder.judge import judge
    from autograder.observe import observe, seed_of
    from autograder.records import RUN_SEEDS, expectations

    expect = expectations(checks[0].room)
    runs = []
    for run in RUN_SEEDS:
        seeds = [seed_of(run, check) for check in checks]
        answers = [observe(check, names, seed) for check, seed in zip(checks, seeds, strict=True)]
        runs.append(judge(checks, answers, seeds, expect))
    return [next((verdict for verdict in row if not verdict.passed), row[0]) for row in zip(*runs, strict=True)]
