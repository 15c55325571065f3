"""What commands show in a terminal: how far they are, and tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.errors import plain

FILE_WIDTH = 400  # where there is no terminal to fold lines for, as in a file or a pipe


class Step:
    """Call it with what has just been done; it moves the bar by one."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def __call__(self, what: str) -> None:
        self._bar.update(self._task, advance=1, what=plain(what))


@contextmanager
def progress(title: str, total: int | None, quiet: bool) -> Iterator[Step]:
    """Show a progress bar on standard error while the block runs, where that is a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", markup=False),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        yield Step(bar, bar.add_task(title, total=total, what=""))


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal, and in a file or a pipe so wide that no line is folded."""
    console = Console()
    console.print(table) if console.is_terminal else Console(width=FILE_WIDTH).print(table)
