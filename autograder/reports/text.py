"""Verdicts as plain text for a terminal."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.judge.verdicts import LABELS, LIKELY_LABELS, Verdict, labelled
from autograder.notebooks.progress import Progress
from autograder.sections import Section
from autograder.user_errors import plain

WIDTH = 100
MAX_LINES, MAX_LINE = 40, 300

Comments = list[tuple[str, str | Section]]  # the parts of a diagnosis, each with its label


@dataclass(frozen=True)
class CheckRow:
    """A check as it is shown: its title, its result in a word, comments, and code that repeats it."""

    title: str
    result: str
    comments: Comments
    repeat: str = ""


def check_rows(verdicts: Sequence[Verdict], hint: int = 1) -> list[CheckRow]:
    """Return the checks of one exercise as they are shown: those that did not pass first."""
    order = ["not yet", "to do", "passed"]
    ordered = sorted(verdicts, key=lambda verdict: order.index(result_word(verdict)))
    silent = is_unwritten(verdicts)  # the headline says it
    explained = [[] if silent or verdict.passed else diagnosis_rows(verdict, hint) for verdict in ordered]
    return [
        CheckRow(verdict.check.title, result_word(verdict), rows, repeated(verdict) if rows else "")
        for verdict, rows in zip(ordered, without_repetition(explained), strict=True)
    ]


def repeated(verdict: Verdict) -> str:
    """Return code that runs a check again in a notebook, with the same inputs, and shows its observations."""
    from autograder.chance import kind_of  # here alone, since it imports NumPy

    function = verdict.check.observe
    kind = kind_of(function)
    return (
        f"from types import SimpleNamespace\n\n{kind.imported}\n"
        f"from {function.__module__} import {function.__name__}\n\n"
        f"{function.__name__}(SimpleNamespace(**globals()), {kind.made.format(seed=verdict.seed)})"
    )


def without_repetition(checks: Sequence[Comments]) -> list[Comments]:
    """Explain a mistake at the first of the checks that show it, with their number; the others refer to that."""
    showing = Counter(text for rows in checks for label, text in rows if label in LIKELY_LABELS)
    explained, hinted, shown = set[str | Section](), set[tuple[str, str | Section]](), list[Comments]()
    for rows in checks:
        kept: Comments = []
        again = False
        for label, text in rows:
            if label in LIKELY_LABELS:
                again = text in explained
                explained.add(text)
                count = f" (It explains {showing[text]} checks.)" if showing[text] > 1 else ""
                kept.append((label, "the one above" if again else f"{text}{count}"))
            elif not (again and label in (LABELS["hint"], LABELS["read"])) and (label, text) not in hinted:
                kept.append((label, text))
                hinted |= {(label, text)} if label == LABELS["hint"] else set()
        shown.append(kept)
    return shown


def checks_text(
    exercise: str, verdicts: Sequence[Verdict], hint: int = 1, *, what: str = "", remarks: Sequence[str] = ()
) -> str:
    """Return the checks of one exercise as text, each with its comments; the options are those of ``checks_table``."""
    noted = "".join(f"\n  note      {remark}" for remark in remarks)
    blocks = [checks_headline(what or exercise, verdicts) + noted]
    for begin in first_hints(verdicts, hint):
        blocks += textwrap.wrap(begin, WIDTH, initial_indent="  ", subsequent_indent="  ")
    for row in check_rows(verdicts, hint):
        blocks.append(f"  {row.result:<9} {row.title}")
        for name, text in row.comments:
            first, rest = f"      {name + ':':<16}", " " * 22
            if name == LABELS["where"]:  # a picture, whose lines are rows
                blocks.append(textwrap.indent(str(text), rest).replace(rest, first, 1))
                continue
            # An address that is cut cannot be followed.
            blocks += textwrap.wrap(
                str(text),
                WIDTH,
                initial_indent=first,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
    if offers_hint(verdicts, hint):
        blocks.append(f"  a second look, with a hint: check({exercise}, hint=2)")
    return "\n".join(blocks)


def notebook_text(notes: Sequence[str], verdicts: Sequence[Verdict], remarks: Mapping[str, Sequence[str]]) -> str:
    """Return the visible checks of a whole notebook as text: notes on the file, each exercise, the points."""
    lines = [f"note: {plain(note)}" for note in notes]
    for exercise in dict.fromkeys(verdict.check.exercise for verdict in verdicts):
        own = [verdict for verdict in verdicts if verdict.check.exercise == exercise]
        lines.append(checks_text(exercise, own, remarks=remarks.get(exercise, ())))
    points, possible = sum(verdict.points for verdict in verdicts), sum(verdict.check.points for verdict in verdicts)
    lines.append(f"{points} of {possible} points from visible checks; hidden checks and written answers come on top.")
    return "\n".join(lines)


def checks_headline(what: str, verdicts: Sequence[Verdict]) -> str:
    if is_unwritten(verdicts):
        why = verdicts[0].diagnosis.observed if verdicts[0].diagnosis else ""
        return f"{what} is not written yet{f': {why}' if why.startswith('there is no') else ''}."
    return f"{what}: {sum(verdict.passed for verdict in verdicts)} of {len(verdicts)} checks passed"


def is_unwritten(verdicts: Sequence[Verdict]) -> bool:
    """Return whether nothing of an exercise is there to be checked."""
    return bool(verdicts) and all(verdict.outcome == "missing" for verdict in verdicts)


def first_hints(verdicts: Sequence[Verdict], hint: int) -> list[str]:
    """Return the hints for an exercise of which nothing is written yet, up to the first or the second look."""
    begin = verdicts[0].diagnosis.begin if verdicts and verdicts[0].diagnosis else ()
    return [f"{'Where to begin' if not at else 'And then'}: {text}" for at, text in enumerate(begin[:hint])]


def offers_hint(verdicts: Sequence[Verdict], hint: int) -> bool:
    """Return whether a hint has not been shown yet."""
    diagnoses = [verdict.diagnosis for verdict in verdicts if verdict.diagnosis]
    return hint < 2 and any(diagnosis.hint or len(diagnosis.begin) > 1 for diagnosis in diagnoses)


def progress_text(progress: Progress) -> str:
    """Return progress as text: a line for each exercise, then the section to read next."""
    width = max((len(exercise.exercise) for exercise in progress.exercises), default=0)
    lines = [progress_headline(progress)]
    for exercise in progress.exercises:
        points = f"{exercise.points} of {exercise.possible}"
        lines.append("; ".join([f"  {exercise.state:<7}  {exercise.exercise:<{width}}  {points}", *exercise.remarks]))
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
    """Return a text's lines; of many only the first and the last, where an error has its message."""
    lines = text.splitlines()
    if len(lines) > MAX_LINES:
        left_out = f"… ({len(lines) - MAX_LINES} lines are left out)"
        lines = [*lines[: MAX_LINES // 2], left_out, *lines[-MAX_LINES // 2 :]]
    return [indent + (line if len(line) <= MAX_LINE else line[:MAX_LINE] + "…") for line in lines]


def result_word(verdict: Verdict) -> str:
    """Return the result of a check in a word for a student."""
    return "passed" if verdict.passed else "to do" if verdict.outcome == "missing" else "not yet"


def diagnosis_rows(verdict: Verdict, hint: int = 1) -> Comments:
    """Return the diagnosis of a check as labels and texts; the hint only from the second look on."""
    diagnosis = verdict.diagnosis
    if not diagnosis:
        return []
    also = [{**likely.record(), "hint": likely.hint} for likely in diagnosis.also]
    record = {**diagnosis.record(), "where": diagnosis.where, "hint": diagnosis.hint, "also": also}
    return [row for row in labelled(record) if hint > 1 or row[0] != LABELS["hint"]]
