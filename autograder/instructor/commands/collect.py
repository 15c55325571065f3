"""``autograder collect``."""

import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from autograder.instructor.commands import WHO, DryRun, Yes, examples, require_consent
from autograder.user_errors import complain, plain_json

app = typer.Typer()


@app.command(
    epilog=examples(
        "autograder collect submissions.zip",
        "autograder collect submissions.zip ASSIGNMENT --dry-run",
        "autograder collect moodle.zip ASSIGNMENT --worksheet grading-worksheet.csv",
        "autograder collect submissions.zip ASSIGNMENT --times times.csv",
        'autograder collect from-mail.ipynb ASSIGNMENT --student ada --at "2026-11-05 22:10"',
        "autograder collect submissions --yes --json > collected.json",
        "autograder collect /srv/nbgrader/exchange/my-course/inbound",
    )
)
def collect(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A download: the zip as it came, the folder it was unpacked to, or one notebook.",
        ),
    ],
    assignment: Annotated[
        str | None, typer.Argument(metavar="ASSIGNMENT", help="Only this assignment; all that occur if left out.")
    ] = None,
    worksheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Moodle's grading worksheet, with the times and ids that its zip lacks."),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A table with the columns student and time, if the download has no times."),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(metavar="STUDENT", help=f"The owner of the file, whatever its name; with ASSIGNMENT. {WHO}"),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The time of that hand-in, written as due dates are: 2026-11-05 22:10."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the plan with each time and receipt as JSON; with --yes or --dry-run.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace also work that was put there by hand, and keep a copy of it.")
    ] = False,
) -> None:
    """Take in students' work.

    Puts it into submitted/STUDENT/ASSIGNMENT/. Reads the downloads of Canvas, Moodle, Gradescope, and nbgrader's
    exchange, plain folders such as STUDENT/ASSIGNMENT.ipynb or STUDENT_ASSIGNMENT.ipynb, and folders of clones.
    Students are found by id, e-mail address or name in roster.csv; a notebook's assignment by its cells, whatever its
    file is called. A time that a student can set is called claimed.

    Shows what it found and asks before it writes. Every attempt is kept in collected/STUDENT/ASSIGNMENT/. To collect
    twice changes nothing. The exit status is 1 if a file that can be a student's work was not collected.
    """
    from autograder.console import print_table, progress
    from autograder.course import Course
    from autograder.instructor.collecting import preview
    from autograder.instructor.collecting.collect import CollectRequest, carry_out, planned_collection
    from autograder.instructor.course.folder import CourseFolder

    folder, course = CourseFolder.here(), Course.installed()
    interactive = sys.stdin.isatty() and not as_json
    require_consent(yes=yes, dry_run=dry_run, interactive=interactive)
    request = CollectRequest(path, assignment, worksheet, times, student, at, force)
    with nullcontext() if dry_run else folder.only_one_grader(), ExitStack() as stack:
        with progress("Reading", None, as_json) as step:
            collection = stack.enter_context(planned_collection(folder, course, request, step))
        plan = collection.plan
        for line in preview.notices(plan):
            complain(line)
        if not as_json:
            print_table(preview.table(plan))
            print("\n".join([*preview.remarks(plan), preview.summary(plan)]))
        write = not dry_run and bool(plan.to_write)
        if write and interactive and not yes:
            write = typer.confirm("Write this into submitted/ and collected/?")
        if write or not (dry_run or plan.to_write):
            carry_out(folder, collection)  # class and due dates enter the gradebook even where nothing is written
    if as_json:
        print(plain_json(preview.to_json(plan, written=write)))
    elif write:
        print("Written. Next: autograder grade" + (f" {assignment}" if assignment else ""))
    else:
        done = plan.submissions and plan.complete and not plan.to_write
        print("everything is collected already" if done else "nothing was written")
    raise typer.Exit(0 if plan.complete else 1)
