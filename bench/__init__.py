"""Measurements outside the tests, and comparisons with other tools. Each module says how to run it."""

import importlib.metadata
import os
import platform
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "_build" / "bench"


def machine(libraries: Sequence[str]) -> dict[str, Any]:
    """Return the facts that figures depend on, the versions of these libraries included."""
    versions = {}
    for name in libraries:
        with suppress(importlib.metadata.PackageNotFoundError):
            versions[name] = importlib.metadata.version(name)
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": versions,
        "load": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
    }


def processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
