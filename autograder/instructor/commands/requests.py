"""``autograder requests``."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import Force, refuse_or_copy
from autograder.instructor.commands import (
    Quiet,
    ShutIn,
    examples,
)
from autograder.user_errors import complain, plain

app = typer.Typer()


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
