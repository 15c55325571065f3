"""``autograder check``: a student's own check of a whole notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Json
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
