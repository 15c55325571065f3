"""Measure one way in a process of its own, and print JSON: ``python -m bench.ways NAME TASK``.

TASK is a `Task` as JSON. The environment decides the number of threads.
"""

import json
import sys
import time
from pkgutil import resolve_name

from bench.ways import WAYS, Task
from solutions.errors import WrongUse


def measure(name: str, task: Task) -> dict[str, object]:
    """Train for two epochs, the second one timed.

    Returns:
        train_s, epoch_s: wall time of the second epoch, without and with the pass of validation. accuracy: after the
        first epoch. Or note alone: the missing part of this machine.
    """
    try:
        train, validate = resolve_name(f"bench.ways.{WAYS[name][0]}")(task)
    except ModuleNotFoundError as missing:
        return {"note": f"{missing.name} is not installed"}
    except WrongUse as error:
        return {"note": str(error)}
    train()
    accuracy = validate()
    wait(task.device)

    started = time.perf_counter()
    train()
    wait(task.device)
    train_s = time.perf_counter() - started
    validate()
    wait(task.device)
    return {"train_s": train_s, "epoch_s": time.perf_counter() - started, "accuracy": accuracy}


def wait(device: str) -> None:
    """Wait for PyTorch's pending work on a card; JAX's way waits itself."""
    torch = sys.modules.get("torch")
    if torch is not None and device in ("cuda", "mps"):
        getattr(torch, device).synchronize()


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Task(**json.loads(sys.argv[2])))))
