"""``autograder grade``."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import refuse_or_copy
from autograder.instructor.commands import Assignment, DryRun, Quiet, ShutIn, Student, Workers, examples
from autograder.user_errors import Interrupted, complain, plain_json

app = typer.Typer()


@app.command(
    epilog=examples("autograder grade ASSIGNMENT", "autograder grade ASSIGNMENT --workers 4 --json marks.json")
)
def grade(
    assignment: Assignment = None,
    student: Student = None,
    workers: Workers = 2,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Grade with the seed of an earlier run, to reproduce it.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all verdicts to FILE; - is standard output.")
    ] = None,
    sandbox: ShutIn = True,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Send submissions to the workers of this dask scheduler, such as tcp://10.0.0.5:8786, rather than to "
            "sandboxes here. Anyone who reaches a scheduler can run code on it: use a private network, or tls://.",
        ),
    ] = None,
    dry_run: DryRun = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="Grade everything again, unchanged work too. Also replace the FILE of --json, and keep a copy of it.",
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Grade submissions into nbgrader's gradebook.

    Work that was graded keeps its verdicts until it changes, or something that its verdicts depend on. The exit status
    is 1 if a submission could not be graded.
    """
    from autograder.console import print_table
    from autograder.instructor.course.directory import Directory, known_students
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder, course_of
    from autograder.instructor.course.reminders import reminders
    from autograder.instructor.course.roster import Student
    from autograder.instructor.grading import display
    from autograder.instructor.grading.grade_class import GradeRequest, grade_class

    folder = CourseFolder.here()
    to_stdout = json_file is not None and str(json_file) == "-"
    if json_file is not None and not to_stdout:
        refuse_or_copy(json_file, force)  # before the work, not after it
    assignments, students = folder.chosen(assignment), known_students(folder)
    only = Directory(students).named(student).id if student is not None else None
    request = GradeRequest(
        assignments,
        student=only,
        workers=workers,
        seed=seed,
        isolated=sandbox,
        dry_run=dry_run,
        scheduler=scheduler,
        again=force,
        quiet=quiet or to_stdout,
    )
    people = {student.id: student for student in students}
    try:
        run = grade_class(folder, course_of(folder), request)
    except KeyboardInterrupt as interrupt:
        raise Interrupted("interrupted; what was graded is kept, and the same command goes on from here") from interrupt
    if json_file is not None:
        text = plain_json(run.to_json())
        print(text) if to_stdout else write_atomically(json_file, text + "\n")
    # First what needs a person: a class fills more than a screen.
    for ungraded in run.ungraded:
        who = people.get(ungraded.submission.student, Student(ungraded.submission.student)).id_and_name
        complain(f"not graded: {who}, {ungraded.submission.assignment}: {ungraded.reason}")
    for line in [] if quiet else reminders(folder, request.assignments):
        complain(line)
    if not quiet and not to_stdout:
        table = display.changes_table(run, people) if dry_run else display.grading_table(run, people)
        if table.row_count:
            print_table(table)
        print(display.changes_summary(run) if dry_run else display.grading_summary(run))
    if run.ungraded:
        raise typer.Exit(1)
