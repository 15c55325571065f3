"""``autograder drop``: a question that went wrong."""

from __future__ import annotations

import typer

from autograder.commands.options import DryRun, OneAssignment, examples
from autograder.instructor.commands.deciding import Question, Undo, Yes, decide

app = typer.Typer()

EXAMPLES = examples(
    "autograder drop 2-layers Linear.affine_map --dry-run",
    "autograder drop 2-layers written --yes",
    "autograder drop 2-layers Linear --undo",
)


@app.command(epilog=EXAMPLES)
def drop(
    assignment: OneAssignment, question: Question, undo: Undo = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Give everybody who handed in all points of a question: a check, an exercise, or the written one.

    Shows whose mark changes, and asks; nobody's code is run again. What the checks said stays recorded.
    """
    from autograder.checks import checks_of
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.grading.explain import find_check
    from autograder.notebooks.graft import grade_id_of, is_written, read_notebook, room_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    released = read_notebook(folder.released(assignment))
    checks = checks_of(room_of(released))
    if question == "written":
        cells = [str(grade_id_of(cell)) for cell in released.cells if is_written(cell)]
    else:
        exercise = [check.id for check in checks if check.exercise == question]
        cells = exercise or [find_check(checks, question).id]
    decisions = [Decision(assignment, "dropped", cell) for cell in cells]
    decide(folder, assignment, decisions, undo=undo, yes=yes, dry_run=dry_run)
