"""The machine that something was measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil


def machine(libraries: Sequence[str]) -> dict[str, Any]:
    """Return what figures depend on, the versions of these libraries among it."""
    return {
        "processor": processor(),
        "cores": len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process, "cpu_affinity") else os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: version for name in libraries if (version := installed(name))},
        "load": os.getloadavg()[0],
        "date": time.strftime("%Y-%m-%d"),
    }


def processor() -> str:
    """Return the processor's name as the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def installed(name: str) -> str | None:
    with suppress(importlib.metadata.PackageNotFoundError):
        return importlib.metadata.version(name)
    return None
