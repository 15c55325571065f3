"""``autograder collect``: how work comes in."""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import DryRun, examples
from autograder.errors import complain, plain_json

app = typer.Typer()


EXAMPLES = examples(
    "autograder collect submissions.zip",
    "autograder collect submissions.zip 2-layers --dry-run",
    "autograder collect moodle.zip 2-layers --worksheet grading-worksheet.csv",
    "autograder collect submissions.zip 2-layers --times times.csv",
    'autograder collect from-mail.ipynb 2-layers --student ada --at "2026-11-05 22:10"',
    "autograder collect 2-layers-submissions --yes --json > collected.json",
    "autograder collect /srv/nbgrader/exchange/my-course/inbound --attempt first",
)


@app.command(epilog=EXAMPLES)
def collect(
    path: Annotated[
        Path,
        typer.Argument(help="A download: the zip as it came, the folder it was unpacked to, clones, or one notebook."),
    ],
    assignment: Annotated[
        str | None, typer.Argument(help="Only this assignment, such as 2-layers; all that occur if left out.")
    ] = None,
    attempt: Annotated[
        str, typer.Option(metavar="first|last|N", help="Which of a student's attempts is to be graded; all are kept.")
    ] = "last",
    roster: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Who is in the class; the course folder's roster.csv if left out."),
    ] = None,
    worksheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Moodle's grading worksheet: when each handed in, and who is who, which its zip does not say.",
        ),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your table with the columns student and time, where the download has none."),
    ] = None,
    student: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose it is, whatever it is called; with ASSIGNMENT.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When that student handed in, such as 2026-11-05 22:10, as due dates are."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: DryRun = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON; with --yes or --dry-run.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace also work that was put there by hand, and keep a copy of it.")
    ] = False,
) -> None:
    """Put what students handed in on a learning system into submitted/STUDENT/ASSIGNMENT/.

    Reads the downloads of Canvas, Moodle, Blackboard, Gradescope, Google Classroom and Classroom 50, clones of GitHub
    repositories, nbgrader's exchange, and plain folders such as STUDENT/2-layers.ipynb or STUDENT_2-layers.ipynb.
    Students are found by id, e-mail address or name in roster.csv; a notebook's assignment by its cells, whatever its
    file is called. A time that a student can set, such as a commit's, is called claimed.

    Shows what it found and asks before it writes. Every attempt is kept in collected/STUDENT/ASSIGNMENT/. To collect
    twice changes nothing. The exit status is 1 if something that may be somebody's work was not collected.
    """
    from autograder.console import print_table, progress
    from autograder.course import Course
    from autograder.instructor.collecting import preview
    from autograder.instructor.collecting.collect import CollectRequest, carry_out, planned_collection
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError

    folder, course = CourseFolder.here(), Course.installed()
    interactive = sys.stdin.isatty() and not as_json
    if not (yes or dry_run or interactive):
        raise CourseFolderError("nobody can be asked here: add --yes to write, or --dry-run to look")
    request = CollectRequest(path, assignment, roster, worksheet, times, student, at, attempt, force)
    with nullcontext() if dry_run else folder.only_one_grader(), ExitStack() as stack:
        with progress("Reading", None, as_json) as step:
            collection = stack.enter_context(planned_collection(folder, course, request, step))
        if not as_json:
            print_table(preview.table(collection))
            print("\n".join([*preview.remarks(collection), preview.summary(collection)]))
        for line in preview.notices(collection):
            complain(line)
        write = not dry_run and bool(collection.plan.to_write)
        if write and interactive and not yes:
            write = typer.confirm("Write this into submitted/ and collected/?")
        if write or not (dry_run or collection.plan.to_write):
            carry_out(folder, collection)  # what was handed in instead is noted even where nothing is written
    if as_json:
        print(plain_json(preview.to_json(collection, written=write)))
    elif write:
        print("Written. Next: autograder grade" + (f" {assignment}" if assignment else ""))
    else:
        done = collection.plan.complete and not collection.plan.to_write
        print("everything is collected already" if done else "nothing was written")
    raise typer.Exit(0 if collection.plan.complete else 1)
