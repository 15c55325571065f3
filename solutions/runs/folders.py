"""Folders of runs, finished or not: make, keep, find and read them."""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import torch

from solutions.data import DATA
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.runs.measurement import Measurement
from solutions.runs.model_file import read_model
from solutions.runs.training_summary import training_in

# The files of a run, and their content.
MODEL, RESULTS, CONFIG, LOG = "model.safetensors", "results.json", "config.json", "log.jsonl"
CHECKPOINT = "checkpoint.safetensors"  # while a run lasts
FILES = {
    MODEL: "the model, with what it was trained on",
    RESULTS: "test accuracy, each class, the confusion matrix",
    CONFIG: "data and settings",
    LOG: "a line for each epoch",
}
RUNS = Path("runs")
REPORT = "report.html"  # written by a command of its own
COURSE_MODEL = DATA / "model" / "garments.safetensors"  # committed: it answers before anything is trained


def claim_folder(name: str | None) -> tuple[Path, Path | None]:
    """Make an empty folder for a run, by its name or its path, or else by the time.

    Returns:
        The folder, and the new place of a finished run that was there.

    Raises:
        WrongUse: it cannot be a folder's name, or holds a run that is not finished, or no run.
    """
    if name is None:
        now = f"{datetime.now():%Y%m%d-%H%M%S}"  # in which several may begin
        return next(made for at in count() if _is_made(made := RUNS / (f"{now}-{at}" if at else now))), None
    if name in ("", ".", ".."):
        raise WrongUse(f"--name {name}: give the run a name, or the path of a folder for it")
    folder = RUNS / name if Path(name).name == name else Path(name)
    earlier = None
    if folder.exists():
        if not (folder / CONFIG).is_file():
            raise WrongUse(f"{folder}: is there already, and is no run; use another --name")
        if not (folder / MODEL).is_file():
            way = f"go on with --resume {name}, or " if (folder / CHECKPOINT).is_file() else ""
            raise WrongUse(f"{folder}: this run is not finished; {way}use another --name")
        places = (folder.with_name(f"{folder.name}.{number}") for number in count(1))
        earlier = folder.rename(next(place for place in places if not place.exists()))
    if not _is_made(folder):
        raise WrongUse(f"{folder}: another run has just taken it; use another --name")
    return folder, earlier


def _is_made(folder: Path) -> bool:
    """Make a folder unless it is there, and return whether it was made; raise WrongUse where none can be."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return False
    except OSError as error:
        raise WrongUse(f"{folder}: cannot be made ({error.strerror}); use another --name") from error
    return True


def name_of(folder: Path) -> str:
    """Return how a command names the folder of a run."""
    return folder.name if folder.parent == RUNS else str(folder)


def unfinished_folder(name: str) -> Path:
    """Return the folder of a run that was interrupted; raise WrongUse where there is none, or it is finished."""
    folder = find_run(name)
    if (folder / MODEL).is_file():
        raise WrongUse(f"{folder}: this run is finished; train anew with another --name")
    return folder


def newest_model(otherwise: Path | None = None) -> Path:
    """Return the model file of the run that ended last; without one ``otherwise``, or WrongUse is raised."""
    models = sorted(RUNS.glob(f"*/{MODEL}"), key=lambda path: path.stat().st_mtime)
    if not models and otherwise is not None:
        return otherwise
    if not models:
        raise WrongUse(f"{RUNS}: there is no trained model; train one with: python -m solutions train")
    return models[-1]


def open_model(path: Path) -> tuple[Classifier, dict[str, object]]:
    """Return a verified model, and the training summary in its file.

    Raises:
        WrongUse: there is no such file, or it is not a model of this course.
    """
    if not path.is_file():
        raise WrongUse(f"{path}: there is no such file; train a model with: python -m solutions train")
    try:
        model, metadata = read_model(path)
    except OSError as error:
        raise WrongUse(f"{path}: cannot be read ({error.strerror or error}); name a file that can") from error
    except ValueError as error:
        raise WrongUse(f"{error}; train a model with: python -m solutions train") from error
    return model, training_in(metadata)


def find_run(run: str | None = None) -> Path:
    """Return the folder of a run, named or by its path; without either, of the run that wrote something last."""
    runs = sorted((path.parent for path in RUNS.glob(f"*/{CONFIG}")), key=_last_written)
    if run is None:
        if not runs:
            raise WrongUse(f"{RUNS}: there is no run; start one with: python -m solutions train")
        return runs[-1]
    folders = [folder for folder in (RUNS / run, Path(run)) if folder.is_dir()]
    if not folders:
        names = ", ".join(sorted(folder.name for folder in runs)) or "none"
        raise WrongUse(f"{run}: there is no such run; in {RUNS} there are: {names}")
    for folder in folders:
        if (folder / CONFIG).is_file():
            return folder
    raise WrongUse(f"{folders[0]}: not the folder of a run, it has no {CONFIG}; name one that train has written")


def _last_written(folder: Path) -> float:
    return max(path.stat().st_mtime for name in (CONFIG, LOG, MODEL) if (path := folder / name).exists())


@dataclass(frozen=True)
class RunRecord:
    """The contents of a run's folder: what was measured in each epoch, and at the end, if the run got so far."""

    folder: Path
    config: dict[str, Any]
    log: list[dict[str, Any]]
    results: dict[str, Any] | None

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def model_file(self) -> Path | None:
        path = self.folder / MODEL
        return path if path.is_file() else None

    @property
    def recipe(self) -> dict[str, Any]:
        return _inner(self.config, "recipe")

    @property
    def data(self) -> dict[str, Any]:
        """Name and digest of the data."""
        return _inner(self.config, "data")

    @property
    def best(self) -> int | None:
        """The epoch whose weights were kept, or in an unfinished run that of the lowest validation loss, from 1."""
        epoch = (self.results or {}).get("epoch")
        if isinstance(epoch, int) and 1 <= epoch <= len(self.log):
            return epoch
        losses = self.series("valid_losses")
        return int(np.nanargmin(losses)) + 1 if np.isfinite(losses).any() else None

    def series(self, key: str) -> list[float]:
        """Return one number for each epoch, NaN where it is missing; nothing where no epoch has it."""
        values = [row.get(key) for row in self.log]
        numbers = [float(value) if isinstance(value, int | float) else math.nan for value in values]
        return numbers if any(value is not None for value in values) else []

    def measurement(self) -> Measurement | None:
        """Return the run's own measurement at its end, without probabilities; raise WrongUse where it is damaged."""
        if self.results is None:
            return None
        try:
            labels = tuple(self.results["per_class"])
            matrix = torch.tensor(self.results["confusion_matrix"], dtype=torch.int64)
            if matrix.shape != (len(labels), len(labels)) or matrix.min() < 0 or matrix.sum() == 0:
                raise ValueError("no confusion matrix of these classes")
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise WrongUse(f"{self.folder / RESULTS}: damaged, it holds no measurement; restore the file") from error
        return Measurement(labels, matrix, torch.empty(0, len(labels)))


def read_run(folder: Path) -> RunRecord:
    """Read the files of a run; raise WrongUse where one is damaged."""
    log, results = folder / LOG, folder / RESULTS
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True) if log.is_file() else []
    if lines and not lines[-1].endswith("\n"):
        lines.pop()  # the run was ended, or is, within this line
    epochs = [_object_in(line, f"{log}, line {number}") for number, line in enumerate(lines, start=1)]
    return RunRecord(folder, _object_of(folder / CONFIG), epochs, _object_of(results) if results.is_file() else None)


def _object_of(path: Path) -> dict[str, Any]:
    return _object_in(path.read_text(encoding="utf-8", errors="replace"), str(path))


def _object_in(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise WrongUse(f"{where}: damaged, it holds no JSON object; restore the file, or train again")
    return value


def _inner(config: dict[str, Any], key: str) -> dict[str, Any]:
    value = config.get(key)
    return value if isinstance(value, dict) else {}
