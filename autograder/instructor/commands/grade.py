"""``autograder grade``: from submissions to marks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Assignment, DryRun, Force, Quiet, ShutIn, Student
from autograder.commands.overwriting import refuse_or_copy
from autograder.errors import Interrupted, complain, plain_json

GOES_ON = "what was graded is kept, and the same command goes on from here"

app = typer.Typer()


@app.command(epilog="Example: autograder grade 2-layers --workers 2 --json marks.json")
def grade(
    assignment: Assignment = None,
    student: Student = None,
    workers: Annotated[int, typer.Option(min=1, help="Sandboxes at a time.")] = 2,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Grade with the seed of an earlier run, to reproduce it.")
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
            "sandboxes here. Whoever reaches a scheduler runs code on it: a private network alone, or tls://.",
        ),
    ] = None,
    dry_run: DryRun = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Grade what was handed in, into nbgrader's gradebook."""
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.open_matters import open_matters
    from autograder.instructor.gradebook.term import students_of
    from autograder.instructor.grading.console import (
        changes_summary,
        changes_table,
        grading_progress,
        grading_summary,
        grading_table,
        stoppable,
    )
    from autograder.instructor.grading.pipeline import GradeRequest, grade_class

    folder = CourseFolder.here()
    to_stdout = json_file is not None and str(json_file) == "-"
    if json_file is not None and not to_stdout:
        refuse_or_copy(json_file, force)  # before the work, not after it
    request = GradeRequest(
        folder.chosen(assignment), student, workers, seed, sandbox, dry_run=dry_run, scheduler=scheduler
    )
    course, names = course_of(folder), {student.id: student.id_and_name for student in students_of(folder)}
    with stoppable() as is_asked_to_stop, grading_progress(quiet or to_stdout, is_asked_to_stop) as progress:
        try:
            run = grade_class(folder, course, request, progress)
        except KeyboardInterrupt as interrupt:
            raise Interrupted(f"interrupted; {GOES_ON}") from interrupt
    if run.waiting:
        raise Interrupted(f"interrupted with {len(run.graded)} graded and {run.waiting} to go; {GOES_ON}")
    if json_file is not None:
        text = plain_json(run.to_json())
        print(text) if to_stdout else write_atomically(json_file, text + "\n")
    if not quiet and not to_stdout:
        changes_table(run, names) if dry_run else grading_table(run, names)
        print(changes_summary(run) if dry_run else grading_summary(run))
    if run.cells_changed and not quiet:
        verb = "would follow" if dry_run else "follow"
        complain(f"the gradebook's points {verb} the checks: {', '.join(run.cells_changed)}")
    for line in [] if quiet else open_matters(folder, request.assignments):
        complain(line)
    for ungraded in run.ungraded:
        complain(f"not graded: {ungraded.submission.student}, {ungraded.submission.assignment}: {ungraded.reason}")
    if run.ungraded:
        raise typer.Exit(1)
