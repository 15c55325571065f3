"""The commands that students have, too: ``autograder check | progress | fill``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Force, Json
from autograder.commands.overwriting import refuse_or_copy
from autograder.errors import plain, plain_json

app = typer.Typer()


@app.command(epilog="Example: autograder check 2-layers.ipynb")
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    as_json: Json = False,
) -> None:
    """Run all your answers from top to bottom, as the grader will, and show the visible checks."""
    from autograder.notebooks.check import check_notebook
    from autograder.reports.text import notebook_text

    report = check_notebook(notebook)
    if as_json:
        print(plain_json([verdict.record() for verdict in report.verdicts]))
    else:
        print(plain(notebook_text(report.notes, report.verdicts, report.remarks), but="\n"))
    raise typer.Exit(0 if report.passed else 1)


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


@app.command(epilog="Example: autograder fill 2-layers.ipynb my_layers.py filled.ipynb")
def fill(
    notebook: Annotated[Path, typer.Argument(help="A released notebook.")],
    source: Annotated[Path, typer.Argument(metavar="SOURCE.py", help="A Python file with your answers.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.ipynb", help="Where to write the filled notebook.")],
    force: Force = False,
) -> None:
    """Put the names that a Python file defines into the notebook's exercises."""
    import nbformat

    from autograder.notebooks.fill import NothingToFill, exercise_cells
    from autograder.notebooks.fill import fill as fill_notebook
    from autograder.notebooks.graft import MalformedNotebook, read_notebook

    released = read_notebook(notebook)
    if not exercise_cells(released):
        raise MalformedNotebook(f"{notebook} holds no exercise: fill a released notebook")
    try:
        filled = fill_notebook(released, source.read_text(encoding="utf-8-sig"))
    except (NothingToFill, UnicodeDecodeError) as error:
        raise NothingToFill(f"{source}: {error}") from error
    refuse_or_copy(out, force)
    nbformat.write(filled.notebook, out)
    absent = f"; not in {source.name}: {', '.join(filled.missing)}" if filled.missing else ""
    print(f"{out}: filled {', '.join(filled.found)}{absent}")
