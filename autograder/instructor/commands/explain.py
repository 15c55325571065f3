"""``autograder explain``."""

from typing import Annotated

import typer

from autograder.instructor.commands import (
    OneAssignment,
    OneStudent,
    ShutIn,
)

app = typer.Typer()


@app.command(epilog="Example: autograder explain STUDENT ASSIGNMENT EXERCISE.CHECK")
def explain(
    student: OneStudent,
    assignment: OneAssignment,
    check: Annotated[
        str, typer.Argument(metavar="CHECK", help="EXERCISE.CHECK, or the check's own name where no other has it.")
    ],
    sandbox: ShutIn = True,
) -> None:
    """Reproduce one mark.

    Runs a check again on the work that was graded, at the seed of the first time, and shows the check, what it
    observed and expected, and the verdict. The exit status is 1 if another verdict was recorded.
    """
    from autograder.console import progress
    from autograder.instructor.course.directory import find_student
    from autograder.instructor.course.folder import CourseFolder, course_of
    from autograder.instructor.grading.explain import explaining, explanation_text

    folder = CourseFolder.here()
    folder.chosen(assignment)
    course, who = course_of(folder), find_student(folder, student).id
    with progress("Running the check again", None, False), explaining(folder, course, isolated=sandbox) as again:
        mark = again(who, assignment, check)
    print(explanation_text(mark))
    raise typer.Exit(0 if mark.reproduced else 1)
