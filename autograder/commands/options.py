"""Options and arguments that several commands have, and the ending of their help."""

from __future__ import annotations

from typing import Annotated

import typer

Assignment = Annotated[str | None, typer.Argument(help="An assignment's id, such as 2-layers; all if left out.")]
OneAssignment = Annotated[str, typer.Argument(help="An assignment's id, such as 2-layers.")]
Student = Annotated[str | None, typer.Option(help="Only this student's work.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there, and keep a copy of it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")]
ShutIn = Annotated[
    bool, typer.Option("--sandbox/--no-sandbox", help="Shut student code in; without, only for work you trust.")
]


def examples(*lines: str) -> str:
    """Return an epilog whose lines the help keeps as they are."""
    keep = "\b\n"  # click's mark for a paragraph that is not to be filled
    return keep + "\n".join(f"{'Example:' if at == 0 else '        '} {line}" for at, line in enumerate(lines))
