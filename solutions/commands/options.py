"""Options shared by several commands."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

RecipeName = StrEnum("RecipeName", ["classic", "best", "photo", "distilled"])
Way = StrEnum("Way", ["fast", "compiled", "reference"])  # to compute the steps of a training
Device = StrEnum("Device", ["auto", "cpu", "cuda", "mps"])
Download = Annotated[bool, typer.Option("--download", help="Fetch the full set first, with torchvision.")]
Data = Annotated[Path | None, typer.Option(help="Folder with the four IDX files; otherwise the usual places.")]
Runs = Annotated[Path, typer.Option("--out", help="Folder that holds the runs.")]
Model = Annotated[Path | None, typer.Argument(help="Model file; otherwise that of the newest run.")]
ModelOrCourses = Annotated[
    Path | None, typer.Option(help="Model file; otherwise that of the newest run, or the course's own.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
