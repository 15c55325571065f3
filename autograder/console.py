"""Progress bars and tables in a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from autograder.user_errors import plain

FILE_WIDTH = 400  # characters in a line of a file or a pipe


@contextmanager
def progress(title: str, total: int | None, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show a progress bar while the block runs, if standard error is a terminal.

    Yields a function that moves it by one, to be called with the name of each finished item.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn(title),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[item]}", markup=False),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=total, item="")
        yield lambda item: bar.update(task, advance=1, item=plain(item))


def print_table(table: Table) -> None:
    """Print a table as wide as the terminal; in a file or a pipe no line is folded."""
    console = Console()
    console.print(table) if console.is_terminal else Console(width=FILE_WIDTH).print(table)
