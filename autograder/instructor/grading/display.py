"""Tables and summaries of `autograder grade` in a terminal."""

from collections import Counter
from collections.abc import Mapping

from rich.table import Table

from autograder.instructor.course.roster import Student
from autograder.instructor.grading.class_run import ClassRun, MarkChange
from autograder.instructor.marks import number
from autograder.instructor.student_lines import student_lines


def grading_table(run: ClassRun, students: Mapping[str, Student]) -> Table:
    """Return a line for each submission that was graded in this run: points and outcomes, those with remarks first."""
    graded = [graded for graded in run.in_order if not graded.reused]
    has_several = len({one.submission.assignment for one in run.graded}) > 1
    rows = []
    for one in sorted(graded, key=lambda graded: not graded.record.notes):
        outcomes = Counter(verdict["outcome"] for verdict in one.verdicts)
        checks = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        which = f"{one.submission.assignment}: " if has_several else ""
        who = students.get(one.submission.student, Student(one.submission.student))
        rows.append((who, [f"{one.points}/{one.max_points}", which + "; ".join([checks, *one.record.notes])]))
    return student_lines(["points", "checks"], rows)


def changes_table(run: ClassRun, students: Mapping[str, Student]) -> Table:
    """Return a line for each mark that a dry run would change."""
    has_several = len({change.mark.assignment for change in run.changes}) > 1
    rows = []
    for change in run.changes:
        mark, before, after = change.mark, change.score_before, change.mark.score
        points = ["–" if score is None else number(score) for score in (before, after)]
        if before is not None and after is not None:
            points.append(f"{after - before:+.2f}".rstrip("0").rstrip("."))
        else:
            points.append("new" if change.before is None else "")
        questions = [] if change.before is None else [_flip(change, name) for name in change.questions]
        which = f"{mark.assignment}: " if has_several else ""
        rows.append((students.get(mark.student.id, mark.student), [*points, which + ", ".join(questions)]))
    return student_lines(["now", "then", "change", "checks"], rows)


def _flip(change: MarkChange, cell: str) -> str:
    """Return the points of a question before and after, as in ``Linear affine_map: 1 to 0 (fail)``."""
    assert change.before is not None and change.mark.record is not None
    was, now = (
        "–" if at is None or at.points is None else number(at.points)
        for at in (change.before.cells.get(cell), change.mark.cells[cell])
    )
    outcomes = {change.mark.record.cell_of(verdict): f" ({verdict['outcome']})" for verdict in change.mark.verdicts}
    return f"{' '.join(cell.split('-')[1:])}: {was} to {now}{outcomes.get(cell, '')}"


def changes_summary(run: ClassRun) -> str:
    """Return one line on a dry run: how many marks are new, changed or unchanged, and the seed that gives the same."""
    new = sum(change.before is None for change in run.changes)
    works = {(graded.submission.student, graded.submission.assignment) for graded in run.graded}
    unchanged = works - {(change.mark.student.id, change.mark.assignment) for change in run.changes}
    counted = f"{new} new, {len(run.changes) - new} changed, {len(unchanged)} unchanged"
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
