"""Measurements outside the tests, and comparisons with other tools. Each module says how to run it."""

import importlib.metadata
import json
import os
import platform
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from solutions.data import HOW_TO_GET, Dataset, load

BUILD = Path(__file__).parent.parent / "_build" / "bench"


def full_set() -> Dataset:
    """Return the full data set, or end the program: the book shows no measurement of the sample."""
    data = load()
    if data.is_sample:
        sys.exit(f"error: the book's figures are of the full set; {HOW_TO_GET}")
    return data


def write(path: Path, value: object) -> None:
    """Write a measurement as JSON; a file in ``data`` is shown in the book."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    print(f"written to {path}")


def machine(*libraries: str) -> dict[str, Any]:
    """Return the facts that timings depend on, the versions of these libraries included. Linux only."""
    versions = {}
    for name in libraries:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    _, _, processor = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("model name")
    return {
        "processor": processor.partition("\n")[0].lstrip("\t: ") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": versions,
        "load": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
    }
