"""``autograder explain``: one mark, once more."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.options import Json, OneAssignment, ShutIn
from autograder.errors import plain_json

app = typer.Typer()


@app.command(epilog="Example: autograder explain ada 2-layers Linear.affine_map")
def explain(
    student: Annotated[str, typer.Argument(help="Whose work.")],
    assignment: OneAssignment,
    check: Annotated[str, typer.Argument(help="Exercise.check, or the check's own name where no other has it.")],
    as_json: Json = False,
    sandbox: ShutIn = True,
) -> None:
    """Reproduce one mark: seed, check, observed, expected, verdict; exit status 1 if another verdict was recorded."""
    from autograder.console import progress
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.grading.explain import explaining, explanation_json, explanation_text

    folder = CourseFolder.here()
    course = course_of(folder)
    with progress("Running the check again", None, as_json), explaining(folder, course, isolated=sandbox) as again:
        mark = again(student, assignment, check)
    print(plain_json(explanation_json(mark)) if as_json else explanation_text(mark))
    raise typer.Exit(0 if mark.reproduced else 1)
