"""Devices and threads to compute with."""

import torch

from solutions.errors import WrongUse


def is_present(device: str) -> bool:
    """Return whether this machine, and this PyTorch, has "cuda" or "mps"; "cpu" is always there."""
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    return present.get(device, False)


def choose_device(name: str) -> str:
    """Return the named device, or the fastest one for "auto"; raise WrongUse where this machine does not have it."""
    if name == "auto":
        return next(filter(is_present, ("cuda", "mps", "cpu")))
    if not is_present(name):
        raise WrongUse(f"--device {name}: this machine, or this PyTorch, has none; leave the option out")
    return name


def use_threads(count: int = 1) -> None:
    """Let PyTorch compute with so many threads on the CPU.

    With one the result does not depend on how many cores there are. Layers this small gain little from a second one in
    batches of 32, more in batches of 256, and lose much where another program wants the processor.
    """
    torch.set_num_threads(count)
