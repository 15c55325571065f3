"""The instructor's commands, a module for each (``deciding`` has four), and the options that they share."""

import sys
from typing import Annotated

import typer

from autograder.user_errors import UsageError

WHICH = "Its id, the name of its notebook without .ipynb"
WHO = "An id, an e-mail address or a name of roster.csv."

Assignment = Annotated[str | None, typer.Argument(metavar="ASSIGNMENT", help=f"{WHICH}; all if left out.")]
OneAssignment = Annotated[str, typer.Argument(metavar="ASSIGNMENT", help=f"{WHICH}.")]
OneStudent = Annotated[str, typer.Argument(metavar="STUDENT", help=WHO)]
Student = Annotated[str | None, typer.Option(metavar="STUDENT", help=f"Only this student's work. {WHO}")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
ShutIn = Annotated[
    bool, typer.Option("--sandbox/--no-sandbox", help="Shut student code in; without, only for work you trust.")
]
Workers = Annotated[int, typer.Option(metavar="N", min=1, help="Sandboxes at a time.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]


def examples(*lines: str) -> str:
    """Return an epilog whose lines the help keeps as they are."""
    keep = "\b\n"  # click's mark for a paragraph that is not to be filled
    return keep + "\n".join(f"{'Example:' if at == 0 else '        '} {line}" for at, line in enumerate(lines))


def require_consent(*, yes: bool, dry_run: bool, interactive: bool | None = None) -> None:
    """Refuse to begin work where the instructor cannot be asked to agree: by default, standard input says whether."""
    if not (yes or dry_run or (sys.stdin.isatty() if interactive is None else interactive)):
        raise UsageError("this is not a terminal to answer in: add --yes to write, or --dry-run to look")
