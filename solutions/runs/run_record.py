"""Read the files of a run, finished or not."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from solutions.errors import WrongUse
from solutions.runs.folders import CONFIG, LOG, MODEL, RESULTS
from solutions.runs.measurement import Measurement


@dataclass(frozen=True)
class RunRecord:
    """The contents of a run's folder.

    Attributes:
        log: the measurements of each epoch, by name.
        results: the measurements at the end; None where the run did not get so far.
    """

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
        return _object_in(self.config, "recipe")

    @property
    def data(self) -> dict[str, Any]:
        """Name and digest of the data."""
        return _object_in(self.config, "data")

    @property
    def best(self) -> int | None:
        """The epoch whose weights were kept, or would be if the run ended now, counted from 1."""
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
        """Return the run's own measurement at its end; the probabilities were not kept.

        Raises:
            WrongUse: the file is damaged.
        """
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
    """Read the files of a run.

    Raises:
        WrongUse: a file is damaged.
    """
    log, results = folder / LOG, folder / RESULTS
    lines = _read(log).splitlines(keepends=True) if log.is_file() else []
    if lines and not lines[-1].endswith("\n"):
        lines.pop()  # the run was ended, or is, within this line
    epochs = [_parse(line, f"{log}, line {number}") for number, line in enumerate(lines, start=1)]
    config = folder / CONFIG
    return RunRecord(
        folder,
        _parse(_read(config), str(config)),
        epochs,
        _parse(_read(results), str(results)) if results.is_file() else None,
    )


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise WrongUse(f"{where}: damaged, it holds no JSON object; restore the file, or train again")
    return value


def _object_in(config: dict[str, Any], key: str) -> dict[str, Any]:
    value = config.get(key)
    return value if isinstance(value, dict) else {}
