"""Commands about a student: ``autograder explain | requests | viva``."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import Force, refuse_or_copy
from autograder.instructor.commands import (
    OneAssignment,
    OneStudent,
    Quiet,
    ShutIn,
    Student,
    Workers,
    examples,
)
from autograder.user_errors import complain, plain

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


@app.command(epilog=examples("autograder requests ../requests", "autograder requests ../requests.zip"))
def requests(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Folders, files or zips of requests.")],
    force: Force = False,
    quiet: Quiet = False,
    sandbox: ShutIn = True,
) -> None:
    """Draft answers to requests for a regrade.

    A request is a few lines, with which a page of feedback ends; the student mails or hands them in. Every check that
    is asked about runs again as in `autograder explain`. The answers go into reports/requests.md, grouped by check,
    for you to edit; no mark is changed. Whose a request is, the learning system or the folder says; if neither does,
    it is called claimed. The exit status is 1 if no request was found.
    """
    from autograder.console import progress
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder, course_of
    from autograder.instructor.requests.answering import answer, draft, read_requests

    folder = CourseFolder.here()
    target = folder.root / "reports" / "requests.md"
    target.parent.mkdir(exist_ok=True)
    refuse_or_copy(target, force)  # before the work, not after it
    asked, left = read_requests(folder, paths)
    for unread in left:
        complain(f"no request: {unread}")
    if not asked:
        complain("no request was found")
        raise typer.Exit(1)
    with progress("Running checks again", len(asked), quiet) as step:
        groups = answer(folder, course_of(folder), asked, isolated=sandbox, on_answer=step)
    write_atomically(target, draft(groups))
    if quiet:
        return
    for group in groups:
        differing = sum(not answered.mark.reproduced for answered in group if answered.mark)
        changed = f", {differing} with another result today" if differing else ""
        count = f"{len(group)} request{'' if len(group) == 1 else 's'}"
        print(plain(f"{group[0].asked.request.assignment}, {group[0].about}: {count}{changed}"))
    claimed = sum(not request.known for request in asked)
    print(f"{target}: {len(asked)} to answer" + (f", {claimed} of them by a claimed name" if claimed else ""))


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
