"""``autograder check``: a student's own check of a whole notebook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Json

app = typer.Typer()


@app.command(epilog="Example: autograder check 2-layers.ipynb")
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    as_json: Json = False,
) -> None:
    """Run all your answers from top to bottom, as the grader will, and show the visible checks."""
    from autograder.notebooks.check import check_notebook
    from autograder.reports.text import checks_text

    report = check_notebook(notebook)
    if as_json:
        print(json.dumps([verdict.record() for verdict in report.verdicts], indent=1))
    else:
        for note in report.notes:
            print(f"note: {note}")
        for exercise in dict.fromkeys(verdict.check.exercise for verdict in report.verdicts):
            print(checks_text(exercise, [v for v in report.verdicts if v.check.exercise == exercise]))
        points, possible = report.points
        print(f"{points} of {possible} points from visible checks; hidden checks and written answers come on top.")
    raise typer.Exit(0 if report.passed else 1)
