"""``autograder backup``: a course in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Force, Quiet, examples

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
    """Write the whole course folder and its gradebook, SQLite or PostgreSQL, into one zip.

    Waits for an `autograder grade` or `collect` that is at work, and lets none begin until it is done. The zip appears
    under its name when it is whole. It holds solutions, names and marks: only you can read it, so keep it like that.
    """
    from datetime import datetime

    from autograder.commands.overwriting import refuse_or_copy
    from autograder.errors import complain
    from autograder.instructor.backup.write import write_backup
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
    if not quiet:
        kind = {"": "no gradebook yet", "gradebook.db": "the gradebook"}.get(done.gradebook, "the gradebook's database")
        print(f"{target}: {done.files} files and {kind}, {target.stat().st_size / 1e6:.1f} MB")
        print(f"To put it back, in the folder that is to hold the course: autograder restore {target.name}")
