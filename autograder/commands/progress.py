"""``autograder progress``: how far a student is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Json

app = typer.Typer()


@app.command(epilog="Example: autograder progress")
def progress(
    where: Annotated[Path, typer.Argument(metavar="[PATH]", help="A notebook, or the folder of them.")] = Path(),
    as_json: Json = False,
) -> None:
    """Say how far you are: exercises done and open, points of visible checks, and what to read next."""
    from autograder.console import progress as progress_bar
    from autograder.notebooks.check import notebooks_in, progress_of_notebook, runner
    from autograder.reports.text import progress_text

    paths = notebooks_in(where)
    found = []
    with progress_bar("Checking", len(paths), as_json) as step, runner() as run:
        for path in paths:
            found.append(progress_of_notebook(path, run))
            step(path.name)
    if as_json:
        print(json.dumps([progress.record() for progress in found], indent=1))
        return
    print("\n\n".join(map(progress_text, found)))
    if len(found) > 1:
        points, possible = sum(progress.points for progress in found), sum(progress.possible for progress in found)
        print(f"\n{points} of {possible} points from the visible checks of {len(found)} notebooks")
