"""What several commands share: options, the ending of their help, and care for files that exist."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Annotated

import typer

from autograder.errors import WouldOverwrite

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


def refuse_or_copy(path: Path, force: bool) -> None:
    """Let nobody's file be overwritten unasked, and never without a copy."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder: name a file", str(path))
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "does not exist", str(path.parent))
    if path.exists():
        if not force:
            raise WouldOverwrite(f"{path} exists: --force replaces it and keeps a copy beside it")
        shutil.copyfile(path, path.with_name(path.name + ".bak"))
