"""The command for the whole folder: ``autograder backup``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import Force, Quiet, examples, refuse_or_copy
from autograder.errors import complain

app = typer.Typer()


@app.command(epilog=examples("autograder backup", "autograder backup /mnt/other-disk/my-course.zip --force"))
def backup(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="The zip to write; beside the course folder, with the time, if left out."),
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write the whole course folder and its gradebook into one zip.

    Waits for an `autograder grade` or `collect` that is at work, and lets none begin until it is done. The zip appears
    under its name when it is whole. It holds solutions, names and marks: only you can read it, so keep it like that.
    """
    from datetime import datetime

    from autograder.instructor.backup import write_backup
    from autograder.instructor.course.folder import CourseFolder

    folder = CourseFolder.here()
    target = file or folder.root.with_name(f"{folder.root.name}-{datetime.now():%Y-%m-%d-%H%M%S}.zip")
    refuse_or_copy(target, force)
    with folder.only_one_grader(on_wait=lambda: complain("waiting for the command that is at work in this folder")):
        done = write_backup(folder, target)
    if done.links:
        complain(f"kept as links, without what they lead to: {', '.join(done.links)}")
    if done.left_out:
        complain(f"left out, as no zip can hold them: {', '.join(done.left_out)}")
    if done.is_on_server:
        complain("the gradebook is not in it: it is on a server; copy it there, PostgreSQL's with pg_dump")
    if not quiet:
        gradebook = "the gradebook" if done.has_gradebook else "no gradebook"
        print(f"{target}: {done.files} files and {gradebook}, {target.stat().st_size / 1e6:.1f} MB")
        print(
            f"To put it back, unpack it in the folder that is to hold the course: python -m zipfile -e {target.name} ."
        )
