"""Tables and summaries of `autograder grade` in a terminal."""

from collections import Counter
from collections.abc import Mapping

from rich.table import Table

from autograder.instructor.course.roster import Student
from autograder.instructor.grading.class_run import ClassRun, GradedSubmission
from autograder.instructor.student_lines import student_lines
from autograder.judge.verdicts import VerdictRecord


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
    """Return one line on a dry run: how many marks are new, changed or unchanged, and the seed that gives the same."""
    new = sum(graded.before is None for graded in run.changes)
    counted = f"{new} new, {len(run.changes) - new} changed, {len(run.graded) - len(run.changes)} unchanged"
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
