"""Verdicts as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from autograder.errors import plain
from autograder.reports.progress import Progress
from autograder.verdicts import LABELS, Verdict, labelled

WIDTH = 100
MAX_LINES, MAX_LINE = 40, 300


@dataclass(frozen=True)
class CheckRow:
    """What is shown of one check.

    Attributes:
        title: the property that is checked.
        result: how it went, in a word.
        said: labels and texts of its diagnosis; of a mistake that several checks show, the first says all.
    """

    title: str
    result: str
    said: Sequence[tuple[str, str]]


def check_rows(verdicts: Sequence[Verdict], hint: int = 1) -> list[CheckRow]:
    """Return what is shown of the checks of one exercise: first what is not yet right, then what passed."""
    order = ["not yet", "to do", "passed"]
    ordered = sorted(verdicts, key=lambda verdict: order.index(result_word(verdict)))
    showing = Counter(mistake for verdict in ordered for mistake in _mistakes_of(verdict))
    rows, told = [], set[str]()
    for verdict in ordered:
        named = _mistakes_of(verdict)
        again = showing[named[0]] if named and named[0] not in told else 1
        rows.append(CheckRow(verdict.check.title, result_word(verdict), _said(verdict, told, again, hint)))
        told |= set(named)
    return rows


def _said(verdict: Verdict, told: Collection[str], checks: int, hint: int) -> list[tuple[str, str]]:
    """Return the rows of a diagnosis without what has been told, and how many checks its first mistake explains."""
    rows = diagnosis_rows(_without(verdict, told), hint)
    count = f" (It explains {checks} checks.)" if checks > 1 else ""
    return [(label, text + count if label == LABELS["likely"] else text) for label, text in rows]


def _mistakes_of(verdict: Verdict) -> list[str]:
    """Return what a diagnosis names: known mistakes by their ids, another one by its explanation."""
    diagnosis = verdict.diagnosis
    if not diagnosis or not diagnosis.likely:
        return []
    return [diagnosis.mistake or diagnosis.likely, *(one.mistake for one in diagnosis.also)]


def _without(verdict: Verdict, told: Collection[str]) -> Verdict:
    """Return a verdict that does not explain again what has been told."""
    diagnosis = verdict.diagnosis
    if not diagnosis or not set(_mistakes_of(verdict)) & set(told):
        return verdict
    also = tuple(one for one in diagnosis.also if one.mistake not in told)
    if _mistakes_of(verdict)[0] in told:
        diagnosis = replace(diagnosis, likely="the one above" + (", and another" if also else ""), read="", hint="")
    return replace(verdict, diagnosis=replace(diagnosis, also=also))


def checks_text(exercise: str, verdicts: Sequence[Verdict], hint: int = 1, *, what: str = "") -> str:
    """Return the checks of one exercise as text, under each what there is to say of it.

    Args:
        exercise: the public name.
        verdicts: on its checks.
        hint: 2 for a second look.
        what: the exercise in the headline, where more than its name is known.
    """
    if verdicts and all(verdict.outcome == "missing" for verdict in verdicts):
        waiting = "".join(f"\n  to do     {verdict.check.title}" for verdict in verdicts)
        why = verdicts[0].diagnosis.observed if verdicts[0].diagnosis else ""
        return f"{exercise} is not written yet{f': {why}' if why.startswith('there is no') else ''}.{waiting}"
    blocks = [checks_headline(what or exercise, verdicts)]
    for row in check_rows(verdicts, hint):
        blocks.append(f"  {row.result:<9} {row.title}")
        for name, text in row.said:
            first, rest = f"      {name + ':':<16}", " " * 22
            # An address that is cut cannot be followed.
            blocks += textwrap.wrap(
                text,
                WIDTH,
                initial_indent=first,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
    if offers_hint(verdicts, hint):
        blocks.append(f"  a second look, with a hint: check({exercise}, hint=2)")
    return "\n".join(blocks)


def notebook_text(notes: Sequence[str], verdicts: Sequence[Verdict]) -> str:
    """Return the visible checks of a whole notebook as text: what was noticed, each exercise, the points."""
    lines = [f"note: {plain(note)}" for note in notes]
    for exercise in dict.fromkeys(verdict.check.exercise for verdict in verdicts):
        lines.append(checks_text(exercise, [verdict for verdict in verdicts if verdict.check.exercise == exercise]))
    points, possible = sum(verdict.points for verdict in verdicts), sum(verdict.check.points for verdict in verdicts)
    lines.append(f"{points} of {possible} points from visible checks; hidden checks and written answers come on top.")
    return "\n".join(lines)


def checks_headline(what: str, verdicts: Sequence[Verdict]) -> str:
    return f"{what}: {sum(verdict.passed for verdict in verdicts)} of {len(verdicts)} checks passed"


def offers_hint(verdicts: Sequence[Verdict], hint: int) -> bool:
    """Whether there is a hint that has not been shown."""
    return hint < 2 and any(verdict.diagnosis and verdict.diagnosis.hint for verdict in verdicts)


def progress_text(progress: Progress) -> str:
    """Return how far an assignment is as text: a line for each exercise, then what to read next."""
    width = max((len(exercise.exercise) for exercise in progress.exercises), default=0)
    lines = [progress_headline(progress)]
    lines += [
        f"  {exercise.state:<7}  {exercise.exercise:<{width}}  {exercise.points} of {exercise.possible}"
        for exercise in progress.exercises
    ]
    if progress.next:
        lines.append(f"  next: {progress.next.exercise}, {progress.next.read}")
    lines.append(f"  {unseen_points(progress)}")
    return "\n".join(lines)


def progress_headline(progress: Progress) -> str:
    return (
        f"{progress.assignment}: {progress.done} of {len(progress.exercises)} exercises done, "
        f"{progress.points} of {progress.possible} points from visible checks"
    )


def unseen_points(progress: Progress) -> str:
    return f"{progress.unseen} more points come from hidden checks and the written question when it is graded."


def capped(text: str, indent: str) -> list[str]:
    """Return a text's lines: of many the first and, as an error ends with what matters, the last."""
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        left_out = f"… ({len(lines) - MAX_LINES} lines are left out)"
        lines = [*lines[: MAX_LINES // 2], left_out, *lines[-MAX_LINES // 2 :]]
    return [indent + (line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…") for line in lines]


def result_word(verdict: Verdict) -> str:
    """Say how a check went, in a word for a student."""
    return "passed" if verdict.passed else "to do" if verdict.outcome == "missing" else "not yet"


def diagnosis_rows(verdict: Verdict, hint: int = 1) -> list[tuple[str, str]]:
    """Return what there is to say of a check, as label and text; the hint only from the second look on."""
    diagnosis = verdict.diagnosis
    if not diagnosis:
        return []
    said = {**diagnosis.record(), "hint": diagnosis.hint}
    also = [{**one.record(), "hint": one.hint} for one in diagnosis.also]
    return [row for row in labelled({**said, "also": also}) if hint > 1 or row[0] != LABELS["hint"]]
