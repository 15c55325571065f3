"""Output of the command line: tables, bars, progress."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from solutions.data import HOW_TO_GET, Dataset
from solutions.runs.folders import COURSE_MODEL
from solutions.runs.measurement import Measurement
from solutions.training import History


def open_console(quiet: bool) -> Console:
    """Return a console that shows file names unchanged, brackets included, and never cuts them."""
    return Console(quiet=quiet, markup=False, highlight=False, soft_wrap=True)


def say_model(console: Console, path: Path) -> None:
    console.print(f"Model: {path}" + (" (the course's own)" if path == COURSE_MODEL else ""))


def say_which(console: Console, dataset: Dataset) -> None:
    counts = f"{len(dataset.train_labels):,} training and {len(dataset.test_labels):,} test images"
    console.print(f"Data: {name_of(dataset)}, {counts}, from {dataset.source}")
    if dataset.is_sample:
        console.print(f"For the full set, {HOW_TO_GET}")


def name_of(dataset: Dataset) -> str:
    return "the sample of Fashion-MNIST" if dataset.is_sample else "Fashion-MNIST, the full set"


class ImagesPerSecond(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed or 0:,.0f} images/s", style="progress.data.speed")


class TrainingView:
    """A progress bar, and above it a line for each epoch, also without a terminal."""

    def __init__(self, console: Console, epochs: int, images: int) -> None:
        self.stopped = False
        self._epochs, self._images, self._pending = epochs, images, 0
        self._shown = time.monotonic()
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("{task.fields[last]}"),
            ImagesPerSecond(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=console.quiet or not console.is_terminal,
        )
        self._console = console
        self._task = self._progress.add_task("", total=epochs * images, epoch=1, epochs=epochs, last="")

    @contextmanager
    def shown(self) -> Iterator["TrainingView"]:
        """Show the view; meanwhile, Ctrl-C asks for an end after the epoch, and a second one ends at once."""
        before = signal.signal(signal.SIGINT, self._ask_to_stop)
        self._console.print("epoch  train loss  valid loss  valid accuracy  seconds", style="bold")
        try:
            with self._progress:
                yield self
        finally:
            signal.signal(signal.SIGINT, before)

    def after_batch(self, images: int) -> None:
        """Move the bar, but not for each batch: drawing takes longer than a batch."""
        self._pending += images
        if time.monotonic() - self._shown > 0.1:
            self._advance()

    def after_teacher(self, epoch: int) -> None:
        """Add a line for an epoch of the teacher, without a loss."""
        self._console.print(f"{epoch:5}  of the teacher")

    def after_epoch(self, history: History) -> bool:
        """Add a line to the table; return whether the user wants to stop."""
        self._advance()
        epoch = len(history.losses)
        last = f"loss {history.losses[-1]:.4f}, accuracy {history.accuracies[-1]:.2%}"
        self._progress.update(self._task, epoch=min(epoch + 1, self._epochs), last=last)
        is_best = history.valid_losses[-1] == min(history.valid_losses)
        self._console.print(
            f"{epoch:5}  {history.losses[-1]:10.4f}  {history.valid_losses[-1]:10.4f}{'*' if is_best else ' '}"
            f" {history.accuracies[-1]:14.2%}  {history.seconds[-1]:7.2f}"
        )
        return self.stopped

    def _advance(self) -> None:
        self._progress.update(self._task, advance=self._pending)
        self._pending, self._shown = 0, time.monotonic()

    def _ask_to_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopped = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._console.print("Ends after this epoch; Ctrl-C once more ends at once, and keeps nothing.")


def class_table(test: Measurement) -> Table:
    table = Table("class", title="Test images", title_justify="left", box=None, pad_edge=False, title_style="bold")
    for name in ("precision", "recall", "F1", "images"):
        table.add_column(name, justify="right")
    for label, scores in test.per_class.items():
        shares = [f"{scores[key]:.3f}" for key in ("precision", "recall", "f1")]
        table.add_row(label, *shares, f"{scores['images']:,}")
    return table


def confusion_table(test: Measurement) -> Table:
    """The confusion matrix; the columns are numbered as the rows are, because ten names do not fit."""
    table = Table("", "target \\ predicted", box=None, pad_edge=False, padding=(0, 1), title_justify="left")
    table.title, table.title_style = "Confusion matrix", "bold"
    for number in range(len(test.labels)):
        table.add_column(str(number), justify="right")
    for number, (label, row) in enumerate(zip(test.labels, test.matrix.tolist(), strict=True)):
        cells = [Text(str(count or "·"), "bold" if number == column else "") for column, count in enumerate(row)]
        table.add_row(str(number), label, *cells)
    return table


def file_table(data: Dataset) -> Table:
    table = Table("file", "shape", "SHA-256 of the content", box=None, pad_edge=False)
    for file in data.files:
        shape = "×".join(f"{size:,}" for size in file.shape)
        table.add_row(file.path.name, shape, f"{file.digest[:16]}…")
    return table


def answer_table(answers: list[tuple[str, float]], width: int = 30) -> Table:
    table = Table("", "", "", box=None, show_header=False, pad_edge=False)
    for label, probability in answers:
        table.add_row(label, f"{probability:6.1%}", "█" * round(width * probability))
    return table
