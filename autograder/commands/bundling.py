"""`autograder gradescope-bundle`: the grader for a system that runs it itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there, and keep a copy of it.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("gradescope-bundle", epilog="Example: autograder gradescope-bundle 2-layers -o autograder.zip")(
        gradescope_bundle
    )


def gradescope_bundle(
    assignment: Annotated[str, typer.Argument(help="An assignment's id, such as 2-layers.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.zip", help="Where to.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, and keep a copy of it.")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Make the zip to upload as an assignment's autograder on Gradescope; it holds solutions and hidden checks."""
    from autograder.commands.overwriting import refuse_or_copy
    from autograder.console import progress
    from autograder.exporting.gradescope_bundle import write_gradescope_bundle
    from autograder.grading.course_folder import CourseFolder
    from autograder.reference import Course

    folder = CourseFolder.here()
    (chosen,) = folder.chosen(assignment)
    target = output or folder.exported(chosen, "-gradescope-autograder.zip")
    if output is None:
        target.parent.mkdir(exist_ok=True)
    refuse_or_copy(target, force)
    with progress("Building", None, quiet):
        write_gradescope_bundle(target, folder.released(chosen), Course.installed())
    if not quiet:
        print(f"{target}: upload it as the autograder of {chosen}; it holds the solutions, so show it to no student")
