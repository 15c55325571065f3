"""The students' command line. It imports what a command needs when it runs, so that --help answers at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import Force, Json, refuse_or_copy
from autograder.errors import AutograderError, complain, plain, plain_json

commands = typer.Typer()


@commands.command(epilog="Example: autograder check 2-layers.ipynb")
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


@commands.command(epilog="Example: autograder progress")
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


@commands.command(epilog="Example: autograder fill 2-layers.ipynb my_layers.py filled.ipynb")
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
    print(f"{out}: filled {', '.join(filled.defined)}{absent}")


def command_line(help_: str, groups: Sequence[typer.Typer]) -> typer.Typer:
    """Return a command line of the commands of some groups."""
    line = typer.Typer(
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    line.callback()(lambda: None)  # so that a line of one command names it, too
    for group in groups:
        line.add_typer(group)
    return line


app = command_line("Check your answers to the exercises of a course.", [commands])


def main() -> None:
    """Run the students' command line."""
    run(app)


def run(line: typer.Typer) -> None:
    """Run a command line; an error that a user can mend is one line, with the exit status of its class."""
    try:
        line()
    except Exception as error:
        status = exit_status(error)
        if status is None:
            raise
        complain(told(error))
        sys.exit(status)


def exit_status(error: Exception) -> int | None:
    """Return with which status a command ends that an error has ended; None for an error of ours."""
    if isinstance(error, AutograderError):
        return error.exit_status
    if isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return 2
    if isinstance(error, ModuleNotFoundError):
        return None if (error.name or "").startswith("autograder") else 1
    return 1 if isinstance(error, OSError) else None


def told(error: Exception) -> str:
    """Return what an error says, the file first where there is one."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed: run pip install -e '.[dev]' in the course's repository"
    if isinstance(error, OSError) and error.filename is not None:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else str(error.strerror)
        return f"{error.filename}: {reason[:1].lower()}{reason[1:]}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)


if __name__ == "__main__":
    main()
