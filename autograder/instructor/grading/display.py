"""Display of `autograder grade` in a terminal: progress, tables, a summary, and Ctrl-C."""

import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.errors import complain
from autograder.instructor.course.roster import Student
from autograder.instructor.grading.class_run import ClassRun, GradedSubmission, RunProgress
from autograder.instructor.student_lines import student_lines
from autograder.judge.verdicts import VerdictRecord

SIGNALS = (signal.SIGINT, signal.SIGTERM)  # that ask a run to end early
# Outcomes that end a submission before its checks can say more, the gravest first.
GRAVE = ("invalid", "crash", "memory", "timeout")
ALL_PASSED, NOT_ALL_PASSED, UNCHANGED = "all passed", "not all passed", "unchanged"


def ending_of(verdicts: Sequence[VerdictRecord]) -> str:
    """Return how a submission ended: its gravest outcome, or whether all checks passed."""
    outcomes = {verdict["outcome"] for verdict in verdicts}
    grave = next((outcome for outcome in GRAVE if outcome in outcomes), None)
    return grave or (ALL_PASSED if outcomes == {"pass"} else NOT_ALL_PASSED)


def endings_text(endings: Mapping[str, int]) -> str:
    """Return the number of submissions by ending, always in the same order."""
    order = (ALL_PASSED, NOT_ALL_PASSED, *reversed(GRAVE), UNCHANGED)
    return ", ".join(f"{endings[ending]} {ending}" for ending in order if endings.get(ending))


class SubmissionRate(ProgressColumn):
    """Submissions in a second or, where that is less than one, in a minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        if speed is None:
            return Text("–/s")
        return Text(f"{speed:.1f}/s" if speed >= 1 else f"{60 * speed:.1f}/min")


class GradingProgress(RunProgress):
    """A bar of the submissions that have to be graded; those that stand are not counted."""

    def __init__(self, bar: Progress, is_asked_to_stop: Callable[[], bool] = lambda: False) -> None:
        self._bar, self._task = bar, bar.add_task("", total=None, endings="")
        self._is_asked_to_stop = is_asked_to_stop
        self._endings: Counter[str] = Counter()
        self._total = 0

    def begin(self, submissions: int) -> None:
        self._total = submissions
        self._bar.update(self._task, total=submissions)

    def graded(self, submission: GradedSubmission) -> None:
        """Count a submission by its ending; an unchanged one says nothing about the time left."""
        self._endings[UNCHANGED if submission.reused else ending_of(submission.verdicts)] += 1
        self._bar.update(
            self._task,
            total=self._total - self._endings[UNCHANGED],
            advance=0 if submission.reused else 1,
            endings=endings_text(self._endings),
        )

    def should_stop(self) -> bool:
        return self._is_asked_to_stop()

    def stopping(self, in_flight: int) -> None:
        what = f"finishing {in_flight} submission{'s' if in_flight != 1 else ''} in flight"
        complain(f"{what}; Ctrl-C again stops at once")


@contextmanager
def grading_progress(quiet: bool, is_asked_to_stop: Callable[[], bool]) -> Iterator[GradingProgress]:
    """Show counts by outcome, rate and time left while the block runs, on standard error where that is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("Grading"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        SubmissionRate(),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[endings]}", markup=False),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        yield GradingProgress(bar, is_asked_to_stop)


def grading_table(run: ClassRun, students: Mapping[str, Student]) -> Table:
    """Return a line for each submission that was graded in this run: points and outcomes, those with remarks first."""
    graded = [graded for graded in run.in_order if not graded.reused]
    rows = []
    for one in sorted(graded, key=lambda graded: not graded.record.notes):
        outcomes = Counter(verdict["outcome"] for verdict in one.verdicts)
        checks = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        what = "; ".join([checks, *one.record.notes])
        rows.append((_who(one, students), [f"{one.points}/{one.max_points}", _which(one, run) + what]))
    return student_lines(["points", "checks"], rows)


def changes_table(run: ClassRun, students: Mapping[str, Student]) -> Table:
    """Return a line for each submission whose points a dry run found other than the gradebook's."""
    rows = []
    for graded in run.changes:
        before = graded.points_before
        points = ["–", str(graded.points), "new"] if before is None else [f"{before:g}", str(graded.points)]
        points += [] if before is None else [f"{graded.points - before:+g}"]
        checks = [] if before is None else [_flip(graded.checked_before(v), v) for v in graded.changed]
        rows.append((_who(graded, students), [*points, _which(graded, run) + ", ".join(checks)]))
    return student_lines(["now", "then", "change", "checks"], rows)


def _who(graded: GradedSubmission, students: Mapping[str, Student]) -> Student:
    return students.get(graded.submission.student, Student(graded.submission.student))


def _which(graded: GradedSubmission, run: ClassRun) -> str:
    """Return the assignment, where a run has several, as the beginning of a line's last cell."""
    has_several = len({one.submission.assignment for one in run.graded}) > 1
    return f"{graded.submission.assignment}: " if has_several else ""


def _flip(before: float | None, verdict: VerdictRecord) -> str:
    was = "–" if before is None else f"{before:g}"
    return f"{verdict['exercise']} {verdict['check']}: {was} to {verdict['points']} ({verdict['outcome']})"


def changes_summary(run: ClassRun) -> str:
    """Return one line on a dry run: how many would gain, lose, be new or stay, and the seed that gives the same."""
    gains = [graded.points - graded.points_before for graded in run.changes if graded.points_before is not None]
    count = {
        "new": sum(graded.points_before is None for graded in run.changes),
        "gaining": sum(gain > 0 for gain in gains),
        "losing": sum(gain < 0 for gain in gains),
        "with the same sum": sum(gain == 0 for gain in gains),
        "unchanged": len(run.graded) - len(run.changes),
    }
    counted = ", ".join(f"{number} {what}" for what, number in count.items() if number) or "nothing to grade"
    return f"dry run, nothing was written: {counted}; --seed {run.seed} gives the same again"


def grading_summary(run: ClassRun) -> str:
    """Return one line on the run: the number of works, their outcomes, and the seed that reproduces them."""
    outcomes = Counter(verdict["outcome"] for graded in run.graded for verdict in graded.verdicts)
    reused = sum(graded.reused for graded in run.graded)
    count = len(run.graded)
    parts = [f"{count} submission{'' if count == 1 else 's'}" + (f" ({reused} unchanged)" if reused else "")]
    parts += [f"{len(run.ungraded)} COULD NOT BE GRADED"] if run.ungraded else []
    parts += [", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common()) or "nothing to grade"]
    parts += [f"seed {run.seed}"] if reused < len(run.graded) else []
    parts += [] if run.isolated else ["NOT ISOLATED (--no-sandbox)"]
    return "; ".join(parts)


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether Ctrl-C or SIGTERM came since; the second raises KeyboardInterrupt."""
    asked = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield lambda: asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
