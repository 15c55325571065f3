"""``autograder extend``: more time for some."""

from __future__ import annotations

import typer

from autograder.commands.options import DryRun, examples
from autograder.instructor.commands.deciding import ENDING, Undo, Yes, require_somebody_to_ask, to_be_written

app = typer.Typer()


@app.command(epilog=examples("autograder extend --dry-run", "autograder extend --yes", "autograder extend --undo"))
def extend(undo: Undo = False, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Bring the extensions of extensions.csv into force, and take back those that it no longer has; --undo takes all.

    Its columns are student, assignment (or * for the whole term), extension and reason; the reason is for you alone.
    An extension is a new date such as 2026-11-08 23:59, or +48h, +2d, or x1.5 of the time from release to due date.
    Shows until when each has time and whose mark changes, and asks. Later gradings follow it; nobody's code is run.
    """
    from autograder.course import Course
    from autograder.errors import complain, plain
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.gradebook.extending import carry_out, plan_extensions
    from autograder.instructor.gradebook.term import students_of
    from autograder.instructor.gradebook.writer import CourseGradebook

    folder, course = CourseFolder.here(), Course.installed()
    require_somebody_to_ask(yes=yes, dry_run=dry_run)
    names = {one.id: one.id_and_name for one in students_of(folder)}
    with folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        plan = plan_extensions(folder, course, gradebook, undo=undo)
        for decision, why in plan.idle:
            who = names.get(decision.student, decision.student)
            complain(f"{who}, {decision.assignment}: {decision.extension} gives nothing: {why}")
        if not plan.learned:
            print("nothing to undo" if undo else "it is decided so already")
            return
        for one in plan.changes:
            said = [f"until {one.before:%Y-%m-%d %H:%M} → {one.now:%Y-%m-%d %H:%M}"] if one.moves else []
            said += [f"{one.points[0]:g} → {one.points[1]:g} points"] if one.points else []
            print(plain(f"{names.get(one.student, one.student)}, {one.assignment}: {'; '.join(said)}"))
        dates = sum(one.moves for one in plan.changes)
        marks = sum(one.points is not None for one in plan.changes)
        print(f"{dates} due date{'s' if dates != 1 else ''} and {marks} mark{'s' if marks != 1 else ''} change")
        if not to_be_written(yes=yes, dry_run=dry_run):
            return
        carry_out(folder, course, gradebook, plan)
    print(ENDING[undo])
