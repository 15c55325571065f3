"""``autograder viva``."""

import typer

from autograder.instructor.commands import (
    OneAssignment,
    Quiet,
    ShutIn,
    Student,
    Workers,
    examples,
)
from autograder.user_errors import complain, plain

app = typer.Typer()


@app.command(epilog=examples("autograder viva ASSIGNMENT", "autograder viva ASSIGNMENT --student STUDENT"))
def viva(
    assignment: OneAssignment,
    student: Student = None,
    workers: Workers = 2,
    sandbox: ShutIn = True,
    quiet: Quiet = False,
) -> None:
    """Prepare talks about students' own code.

    A talk asks what one small edit of the code would change. Takes an exercise that passed, tries small edits of the
    student's code in the sandbox, and keeps one whose result is definite and differs from before. Writes pages that can
    be printed, into viva/ASSIGNMENT/: STUDENT.html with code, edit and question, and for you alone answers.html, or
    STUDENT-answer.html with --student.

    The same student gets the same question each time. The exit status is 1 without any question.
    """
    from autograder.console import progress
    from autograder.instructor.course.directory import find_student, known_students
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.grading.workers import local_sandboxes
    from autograder.instructor.viva.question import LIMITS
    from autograder.instructor.viva.round import talks
    from autograder.instructor.viva.sheets import write_sheets

    folder = CourseFolder.here()
    (chosen,) = folder.chosen(assignment)
    only = find_student(folder, student).id if student is not None else None
    names = {known.id: known.id_and_name for known in known_students(folder)}
    with (
        progress("Trying edits", None, quiet) as step,
        local_sandboxes(workers, LIMITS, isolated=sandbox) as sandboxes,
    ):
        held = talks(folder, chosen, sandboxes, only, step)
    path = write_sheets(folder, chosen, held, names)
    asked = sum(talk.question is not None for talk in held)
    if not quiet:
        print(plain(f"{path.relative_to(folder.root)}: {asked} of {len(held)} can be asked"))
    for talk in held:
        if talk.question is None:
            complain(f"not asked: {talk.trouble}")
    if not asked:
        raise typer.Exit(1)
