"""The command line: `autograder …`. Imports what a command needs when it runs, so that --help answers at once."""

from __future__ import annotations

import sys

import typer

from autograder.commands import (
    check,
    collect,
    doctor,
    explain,
    export,
    feedback,
    fill,
    grade,
    gradescope_bundle,
    init,
    progress,
    release,
    report,
)
from autograder.errors import AutograderError, complain

app = typer.Typer(
    help="Release, check and grade the exercises of a course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (init, release, collect, grade, feedback, report, export, explain, gradescope_bundle, doctor):
    app.add_typer(command.app)
for command in (check, progress, fill):
    app.add_typer(command.app)


def main() -> None:
    """Run the command line; an error that a user can mend is one line, with exit status 2 or 1."""
    try:
        app()
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
        # The students' wheel leaves the grading out, and with it what only grading imports.
        ours = ("autograder.grading", "autograder.collecting", "autograder.exporting")
        return 1 if (error.name or "").startswith((*ours, "nbgrader", "jupytext", "distributed")) else None
    return 1 if isinstance(error, OSError) else None


def told(error: Exception) -> str:
    """Return what an error says, the file first where there is one."""
    if isinstance(error, ModuleNotFoundError):
        return "this command is an instructor's: it needs the course's repository, with pip install -e '.[dev]'"
    if isinstance(error, OSError) and error.filename is not None:
        reason = "does not exist" if isinstance(error, FileNotFoundError) else str(error.strerror)
        return f"{error.filename}: {reason[:1].lower()}{reason[1:]}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)


if __name__ == "__main__":
    main()
