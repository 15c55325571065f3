"""Options shared by several commands."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class RecipeName(StrEnum):
    """Names of the recipes."""

    classic = "classic"
    best = "best"
    photo = "photo"
    distilled = "distilled"


class Way(StrEnum):
    """Ways to compute the steps of a training."""

    fast = "fast"
    compiled = "compiled"
    bf16 = "bf16"
    reference = "reference"


class Device(StrEnum):
    """Devices to compute on."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


Download = Annotated[bool, typer.Option("--download", help="Fetch the full set first, with torchvision.")]
Data = Annotated[Path | None, typer.Option(help="Folder with the four IDX files; otherwise the usual places.")]
Runs = Annotated[Path, typer.Option("--out", help="Folder that holds the runs.")]
Model = Annotated[Path | None, typer.Argument(help="Model file; otherwise that of the newest run.")]
ModelOrCourses = Annotated[
    Path | None,
    typer.Option(help="Model file; otherwise that of the newest run, or the course's own."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
