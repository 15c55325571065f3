"""``autograder excuse``: a student who need not do an assignment."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.options import DryRun, OneAssignment, examples
from autograder.instructor.commands.deciding import Undo, Yes, decide

app = typer.Typer()


@app.command(epilog=examples("autograder excuse ada 2-layers --dry-run", "autograder excuse ada 2-layers --undo"))
def excuse(
    student: Annotated[str, typer.Argument(help="Who.")],
    assignment: OneAssignment,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Excuse a student from an assignment: the report leaves it out, and exports say EX to Canvas, and else no mark.

    What was handed in and graded stays as it is.
    """
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.gradebook.term import students_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    known = {one.id for one in students_of(folder)}
    if student not in known and not (folder.root / "submitted" / student).is_dir():
        raise CourseFolderError(f"there is no student {student!r} in roster.csv or submitted/")
    decision = Decision(assignment, "excused", student=student)
    decide(folder, assignment, [decision], undo=undo, yes=yes, dry_run=dry_run)
