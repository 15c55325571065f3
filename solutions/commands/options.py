"""Options shared by several commands."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

RecipeName = StrEnum("RecipeName", ["classic", "best", "photo", "distilled"])
Device = StrEnum("Device", ["auto", "cpu", "cuda", "mps"])
Data = Annotated[Path | None, typer.Option(help="Folder with the four IDX files; otherwise the usual places.")]
Model = Annotated[Path | None, typer.Argument(help="Model file; otherwise that of the newest run.")]
ModelOrCourses = Annotated[
    Path | None, typer.Option(help="Model file; otherwise that of the newest run, or the course's own.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
