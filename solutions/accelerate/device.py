"""Devices and threads to compute with."""

import torch

from solutions.errors import WrongUse


def choose_device(name: str) -> str:
    """Return the named device, or the fastest one for "auto"; raise WrongUse where this machine does not have it."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        return next(device for device, is_present in present.items() if is_present)
    if not present[name]:
        raise WrongUse(f"--device {name}: this machine, or this PyTorch, has none; leave the option out")
    return name


def use_threads(count: int = 1) -> None:
    """Let PyTorch compute with so many threads on the CPU.

    With one the result does not depend on how many cores there are. Layers this small gain little from a second one in
    batches of 32, more in batches of 256, and lose much where another program wants the processor.
    """
    torch.set_num_threads(count)
