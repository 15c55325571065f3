"""``autograder requests``: what students ask about their marks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Force, Quiet, ShutIn, examples
from autograder.commands.overwriting import refuse_or_copy
from autograder.errors import complain, plain

app = typer.Typer()


@app.command(epilog=examples("autograder requests ../requests", "autograder requests ../requests.zip -o answers.md"))
def requests(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Folders, files or zips with what students sent.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to, if not reports/requests.md.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
    sandbox: ShutIn = True,
) -> None:
    """Read requests to look at a mark again, run what they ask about, and draft an answer to each.

    A page of feedback makes such a request: a small file that the student mails or hands in. Every check that is asked
    about runs again as in `autograder explain`. The answers go into one Markdown file, grouped by check, for you to
    edit; no mark is changed. Whose a request is, the learning system or the folder says; if neither does, it is called
    claimed. The exit status is 1 if no request was found.
    """
    from autograder.console import progress
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.requests.answering import answer
    from autograder.instructor.requests.draft import draft
    from autograder.instructor.requests.reading import read_requests

    folder = CourseFolder.here()
    target = output or folder.root / "reports" / "requests.md"
    if output is None:
        target.parent.mkdir(exist_ok=True)
    refuse_or_copy(target, force)  # before the work, not after it
    asked, left = read_requests(folder, paths)
    for one in left:
        complain(f"no request: {one.file}: {one.reason}")
    if not asked:
        complain("no request was found")
        raise typer.Exit(1)
    with progress("Running checks again", len(asked), quiet) as step:
        groups = answer(folder, course_of(folder), asked, isolated=sandbox, on_answer=step)
    write_atomically(target, draft(groups, left))
    if quiet:
        return
    for group in groups:
        others = sum(not one.mark.reproduced for one in group.answered if one.mark)
        changed = f", {others} with another result today" if others else ""
        not_run = sum(bool(one.trouble) for one in group.answered)
        changed += f", {not_run} not run" if not_run else ""
        count = f"{len(group.answered)} request{'' if len(group.answered) == 1 else 's'}"
        print(plain(f"{group.assignment}, {group.about}: {count}{changed}"))
    claimed = sum(not one.known for one in asked)
    print(f"{target}: {len(asked)} to answer" + (f", {claimed} of them by a claimed name" if claimed else ""))
