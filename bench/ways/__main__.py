"""Measures one way in a process of its own, and prints what was found as JSON: ``python -m bench.ways NAME TASK``.

TASK holds the fields of a `Task` as JSON. How many threads compute is up to the environment.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import psutil

from bench.ways import WAYS, Task
from solutions.errors import WrongUse


def measure(name: str, task: Task) -> dict[str, object]:
    """Train for two epochs: one from the start, whose accuracy is told, and a second one that is timed.

    Returns:
        train_s, validate_s: wall time of the second epoch. cpu_s: of both together, with the processes that work for
        this one. startup_s: what the first epoch took longer, from the end of the imports: reading and preparing the
        data, compiling. peak_bytes: most memory that this process had; device_peak_bytes: on the card, or None.
        accuracy: after the first epoch. device: what computed. Or note alone: what this machine lacks.
    """
    way = WAYS[name]
    try:
        prepare = way.prepare()
    except ModuleNotFoundError as missing:
        return {"note": f"{missing.name} is not installed"}
    started = time.perf_counter()
    try:
        train, validate = prepare(task)
    except WrongUse as error:
        return {"note": str(error)}
    train()
    accuracy = validate()
    wait(way.library, task.device)
    first_s = time.perf_counter() - started

    cpu_before, started = cpu_s(), time.perf_counter()
    train()
    wait(way.library, task.device)
    trained = time.perf_counter()
    validate()
    wait(way.library, task.device)
    ended = time.perf_counter()
    device, device_peak_bytes = card(way.library, task.device)
    return {
        "train_s": trained - started,
        "validate_s": ended - trained,
        "cpu_s": cpu_s() - cpu_before,
        "startup_s": max(0.0, first_s - (ended - started)),
        "peak_bytes": peak_bytes(),
        "device_peak_bytes": device_peak_bytes,
        "accuracy": accuracy,
        "device": device,
    }


def wait(library: str, device: str) -> None:
    """Wait until a card has done what it was given; JAX's way waits itself."""
    if library == "torch" and device in ("cuda", "mps"):
        import torch

        getattr(torch, device).synchronize()


def card(library: str, device: str) -> tuple[str, int | None]:
    """Return the name of what computed, and the most memory that was in use on it where that is known."""
    if library == "torch" and device == "cuda":
        import torch

        return torch.cuda.get_device_name(), torch.cuda.max_memory_allocated()
    if library == "jax":
        import jax

        found = jax.devices()[0]
        return found.device_kind, (found.memory_stats() or {}).get("peak_bytes_in_use")
    return (device if library == "torch" else "cpu"), None


def cpu_s() -> float:
    """Return the processor time of this process, of its children, and of those that have ended."""
    process = psutil.Process()
    own = process.cpu_times()
    children = [child.cpu_times() for child in process.children(recursive=True)]
    return sum(own[:4]) + sum(sum(times[:4]) for times in children)


def peak_bytes() -> int:
    """Return the most memory that this process had at a time."""
    status = Path("/proc/self/status")
    if status.exists():  # what `resource` tells on Linux counts the process that started this one, too
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Task(**json.loads(sys.argv[2])))))
