"""PyTorch in the grader, for courses whose checks import it: nothing here does.

The sandbox asks these functions what to put back, and what to switch, before a check runs.
"""

import sys
from collections.abc import Callable
from typing import Any

PARTS = ("autograd", "linalg", "nn", "nn.functional", "nn.init", "optim", "random")
MODULES = ("torch", *(f"torch.{part}" for part in PARTS))  # whose functions checks call


def _torch() -> Any | None:
    return sys.modules.get("torch")


def is_imported() -> bool:
    return _torch() is not None


def use_one_thread() -> None:
    """Let operations run in the thread that calls them."""
    if torch := _torch():
        torch.set_num_threads(1)


def classes() -> tuple[type, ...]:
    """Return the classes whose methods checks call."""
    torch = _torch()
    return (torch.Tensor, torch.Generator, torch.nn.Module, torch.nn.Parameter) if torch else ()


def generators() -> tuple[type, ...]:
    """Return the class of generators of random numbers, one of which is a global that checks draw from."""
    torch = _torch()
    return (torch.Generator,) if torch else ()


def mode_stopper() -> Callable[[], None]:
    """Return a function that takes off all modes which see each operation, by PyTorch as it is now."""
    torch = _torch()

    def stop() -> None:
        if torch is None:
            return
        while torch._C._len_torch_function_stack():
            torch._C._pop_torch_function_stack()
        while torch._C._len_torch_dispatch_stack():
            torch._C._pop_torch_dispatch_stack(None)

    return stop
