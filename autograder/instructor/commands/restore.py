"""``autograder restore``: a course from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import examples

app = typer.Typer()


@app.command(
    epilog=examples("autograder restore my-course.zip", "autograder restore my-course.zip my-course --replace")
)
def restore(
    file: Annotated[
        Path, typer.Argument(help="What `autograder backup` wrote. Use none of a stranger's: it holds code.")
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The course folder; by the name that it had, here, if left out."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of the course that is there, which is kept aside.")
    ] = False,
) -> None:
    """Put a course folder and its gradebook back as they were when the backup was written.

    It is unpacked beside its place first: killed before the end, nothing is lost.
    """
    from autograder.instructor.backup import restore as put_back

    done = put_back(file, folder, replace=replace)
    print(f"{done.folder}: as it was on {done.made[:16].replace('T', ' ')} UTC")
    if done.aside:
        print(f"what was there before: {done.aside}")
