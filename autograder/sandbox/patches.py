"""Put back what the cells of a submission replaced in the tools with which checks look at it.

A cell may set ``torch.equal`` to a function that always says yes, or replace the function that sends the observations.
Before the first check looks, the functions and classes of the builtins, of torch and of the grader are those of before.

It stops every patch that a student would think of, and not one who rewrites the interpreter's memory: what such a
process says of itself stays its own word, which is why the judge asks for numbers that it would have to compute.
"""

from __future__ import annotations

import builtins
import gc
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import torch

from autograder.checks import Check, checks_of, rooms

MODULES = {
    "builtins",
    *("torch", "torch.nn", "torch.nn.functional", "torch.nn.init", "torch.optim", "torch.autograd", "torch.random"),
    *("torch.linalg", "safetensors.torch", "numpy", "math", "copy", "json", "json.encoder", "hashlib", "struct"),
    *("os", "socket", "signal", "time", "warnings", "contextlib", "traceback", "linecache"),
}
CLASSES = (torch.Tensor, torch.Generator, torch.nn.Module, torch.nn.Parameter)
OURS = "autograder"
PARTS = ("__code__", "__defaults__", "__kwdefaults__")


def remember() -> Callable[[], None]:
    """Return a function that puts everything back as it is now."""
    modules = dict(sys.modules)
    spaces = [(module, dict(vars(module))) for name, module in modules.items() if _is_tool(name)]
    classes = [(each, dict(vars(each))) for each in (*CLASSES, *_own_classes(modules))]
    functions = [(each, [getattr(each, name) for name in PARTS]) for each in _own_functions(modules)]
    checks = [(check, dict(vars(check))) for room in rooms() for check in checks_of(room)]
    paths = list(sys.meta_path), list(sys.path_hooks), list(sys.path)
    gc.freeze()  # so that none of this is found among the objects that the collector lists

    def put_back() -> None:
        _stop_watchers()
        for name, module in modules.items():
            if _is_tool(name):
                sys.modules[name] = module
        sys.meta_path[:], sys.path_hooks[:], sys.path[:] = paths
        for module, before in spaces:
            _restore(vars(module), before, module.__name__.startswith(OURS))
        for each, before in classes:
            _restore_class(each, before)
        for function, parts in functions:
            for name, value in zip(PARTS, parts, strict=True):
                if getattr(function, name) is not value:
                    setattr(function, name, value)
        for check, fields in checks:
            _restore_check(check, fields)

    return put_back


def _is_tool(name: str) -> bool:
    return name in MODULES or name == OURS or name.startswith(f"{OURS}.")


def _own_functions(modules: dict[str, types.ModuleType]) -> Iterator[types.FunctionType]:
    """Give the functions and methods of the grader, whose very code a cell could exchange."""
    for name, module in modules.items():
        if name == OURS or name.startswith(f"{OURS}."):
            holders = [module, *(each for each in vars(module).values() if isinstance(each, type))]
            for holder in holders:
                for each in vars(holder).values():
                    if isinstance(each, types.FunctionType):
                        yield each


def _own_classes(modules: dict[str, types.ModuleType]) -> Iterator[type]:
    for name, module in modules.items():
        if name == OURS or name.startswith(f"{OURS}."):
            yield from (each for each in vars(module).values() if isinstance(each, type) and each.__module__ == name)


def _is_tool_value(value: object) -> bool:
    return callable(value) or isinstance(value, (types.ModuleType, torch.Generator))


def _restore(space: MutableMapping[str, Any], before: dict[str, Any], ours: bool) -> None:
    for name, value in before.items():
        if _is_tool_value(value) and space.get(name) is not value:
            space[name] = value
    for name in [name for name in space if name not in before and (ours or hasattr(builtins, name))]:
        if not isinstance(space[name], types.ModuleType):
            del space[name]  # else a name of the module's own would stand before the builtin of that name


def _restore_class(each: type, before: dict[str, Any]) -> None:
    now = dict(vars(each))
    for name in now.keys() - before.keys():
        if callable(now[name]) or isinstance(now[name], property | classmethod | staticmethod):
            type.__delattr__(each, name)
    for name, value in before.items():
        if now.get(name) is not value and name not in ("__dict__", "__weakref__", "__doc__"):
            type.__setattr__(each, name, value)


def _restore_check(check: Check, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        object.__setattr__(check, name, value)


def _stop_watchers() -> None:
    """Take off what would run between the lines of a check: traces, signal handlers, modes of torch."""
    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    threading.setprofile(None)
    gc.callbacks.clear()
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    while torch._C._len_torch_function_stack():
        torch._C._pop_torch_function_stack()
    while torch._C._len_torch_dispatch_stack():
        torch._C._pop_torch_dispatch_stack(None)
