"""``autograder gradescope-bundle``: the grader for a system that runs it itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Force, OneAssignment, Quiet
from autograder.commands.overwriting import refuse_or_copy

app = typer.Typer()


@app.command("gradescope-bundle", epilog="Example: autograder gradescope-bundle 2-layers -o autograder.zip")
def gradescope_bundle(
    assignment: OneAssignment,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.zip", help="Where to.")] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the zip to upload as an assignment's autograder on Gradescope; it holds solutions and hidden checks."""
    from autograder.console import progress
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.gradescope.bundle import write_gradescope_bundle
    from autograder.instructor.grading.submission import is_from_scratch

    folder = CourseFolder.here()
    (chosen,) = folder.chosen(assignment)
    target = output or folder.exported(chosen, "-gradescope-autograder.zip")
    if output is None:
        target.parent.mkdir(exist_ok=True)
    refuse_or_copy(target, force)
    with progress("Building", None, quiet):
        config = folder.nbgrader_config()
        course, from_scratch = course_of(folder, config), is_from_scratch(config)
        write_gradescope_bundle(target, folder.released(chosen), course, from_scratch=from_scratch)
    if not quiet:
        print(f"{target}: upload it as the autograder of {chosen}; it holds the solutions, so show it to no student")
