"""``autograder viva``: a talk of five minutes, prepared."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.options import Quiet, ShutIn, examples
from autograder.errors import WrongUse, complain, plain

app = typer.Typer()

EXAMPLES = examples(
    "autograder viva ada 2-layers",
    "autograder viva ada 2-layers --again 1 --exercise Linear",
    "autograder viva --class 2-layers",
)


@app.command(epilog=EXAMPLES)
def viva(
    student: Annotated[str | None, typer.Argument(help="With whom; the id of a folder in submitted/.")] = None,
    assignment: Annotated[str | None, typer.Argument(help="An assignment's id, such as 2-layers.")] = None,
    whole_class: Annotated[
        str | None, typer.Option("--class", metavar="ASSIGNMENT", help="With everybody whose work was graded.")
    ] = None,
    exercise: Annotated[str | None, typer.Option(metavar="NAME", help="About this exercise, such as Linear.")] = None,
    again: Annotated[int, typer.Option(min=0, max=9, metavar="N", help="Another question, up to nine times.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Sandboxes at a time.")] = 2,
    sandbox: ShutIn = True,
    quiet: Quiet = False,
) -> None:
    """Prepare a talk about a student's own code: one small edit, and what comes out then.

    Takes an exercise that passed, tries small edits of the student's code in the sandbox, and keeps one whose result is
    definite and differs from before. Writes two pages that can be printed, into viva/ASSIGNMENT/: STUDENT.html with
    code, edit and question, and STUDENT-answer.html with the answer and a follow-up from the chapter, for you alone.

    The same student gets the same question each time; --again 1 gives another one. In a class nobody gets the question
    of somebody with the same code, where there is a choice. The exit status is 1 if nobody could be asked.
    """
    from autograder.console import progress
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.grading.workers import local_sandboxes
    from autograder.instructor.viva.question import LIMITS
    from autograder.instructor.viva.round import talks
    from autograder.instructor.viva.sheets import write_index, write_sheets
    from autograder.instructor.viva.work import choose, works_of

    if (student is None) == (whole_class is None) or (student is None) != (assignment is None):
        raise WrongUse("name a student and an assignment, or --class and an assignment: see autograder viva --help")
    folder = CourseFolder.here()
    (chosen,) = folder.chosen(assignment or whole_class)
    course = course_of(folder)
    works = choose(folder, works_of(folder, chosen), chosen, student, exercise)
    wanted = None if student is None else {student}
    with (
        progress("Trying edits", len(works) if student is None else 1, quiet) as step,
        local_sandboxes(
            workers if student is None else 1, LIMITS, isolated=sandbox, hidden=[course.folder]
        ) as sandboxes,
    ):
        held = talks(works, chosen, sandboxes, only_for=wanted, again=again, done=step)
    written = [path for talk in held for path in write_sheets(folder, course, chosen, talk)]
    if student is None:
        written = [write_index(folder, chosen, held)]
    asked = sum(talk.question is not None for talk in held)
    if not quiet:
        for path in written:
            print(plain(str(path.relative_to(folder.root))))
        if student is None:
            print(f"{asked} of {len(held)} can be asked")
    for talk in held:
        if talk.question is None:
            complain(f"not asked: {talk.trouble}")
    if not asked:
        raise typer.Exit(1)
