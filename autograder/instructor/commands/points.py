"""``autograder points``: what a check counts."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.options import DryRun, OneAssignment, examples
from autograder.instructor.commands.deciding import Question, Undo, Yes, decide

app = typer.Typer()

EXAMPLES = examples(
    "autograder points 2-layers Linear.affine_map 3 --dry-run",
    "autograder points 2-layers Linear.affine_map --undo",
)


@app.command(epilog=EXAMPLES)
def points(
    assignment: OneAssignment,
    question: Question,
    number: Annotated[int | None, typer.Argument(metavar="POINTS", min=0, help="What it counts from now on.")] = None,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Let a check count other points for everybody. Shows whose mark changes, and asks; nobody's code is run again."""
    from autograder.checks import checks_of
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.grading.explain import find_check
    from autograder.notebooks.graft import read_notebook, room_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    if number is None and not undo:
        raise CourseFolderError("say how many points it counts from now on, or --undo")
    check = find_check(checks_of(room_of(read_notebook(folder.released(assignment)))), question)
    decision = Decision(assignment, "points", check.id, points=number or 0)
    decide(folder, assignment, [decision], undo=undo, yes=yes, dry_run=dry_run)
