"""The students' command line. It imports what a command needs when it runs, so that --help answers at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

import typer

from autograder.commands import notebooks
from autograder.errors import AutograderError, complain

COMMANDS = (notebooks,)


def command_line(help_: str, commands: Sequence[ModuleType]) -> typer.Typer:
    """Return a command line of some commands, each of a module with an ``app`` of its own."""
    line = typer.Typer(
        help=help_,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    line.callback()(lambda: None)  # so that a line of one command names it, too
    for command in commands:
        line.add_typer(command.app)
    return line


app = command_line("Check your answers to the exercises of a course.", COMMANDS)


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
