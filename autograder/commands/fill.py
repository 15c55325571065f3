"""``autograder fill``: from a Python file to a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Force
from autograder.commands.overwriting import refuse_or_copy

app = typer.Typer()


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
