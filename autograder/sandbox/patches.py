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
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from typing import Any

from autograder.checks import Check, declared

PYTHON = ("builtins", "contextlib", "copy", "linecache", "os", "signal", "socket", "time", "traceback", "warnings")
NUMBERS = ("hashlib", "json", "json.encoder", "math", "numpy", "numpy.random", "safetensors.numpy", "struct")
TORCH = ("autograd", "linalg", "nn", "nn.functional", "nn.init", "optim", "random")
MODULES = {*PYTHON, *NUMBERS, "torch", *(f"torch.{part}" for part in TORCH)}
OURS = "autograder"
PARTS = ("__code__", "__defaults__", "__kwdefaults__")


def keep_builtins() -> Callable[[], None]:
    """Return a function that puts the builtins back as they are now, without which nothing here runs."""
    space, before = builtins.__dict__, dict(builtins.__dict__)

    def put_back() -> None:
        space.update(before)

    return put_back


class PutBack:
    """Puts the tools back, at the end of a block, as they were when this was made.

    A ``with`` block holds it in no variable, and the collector does not list it: so a cell that looks for it in the
    frames above its own, to make it do nothing, does not find it.
    """

    def __init__(self) -> None:
        self._space, self._builtins = builtins.__dict__, dict(builtins.__dict__)
        self._torch = sys.modules.get("torch")
        # By name they would be looked up in what may have been replaced.
        self._tool_types = (types.ModuleType, *((self._torch.Generator,) if self._torch else ()))
        self._modules = {name: module for name, module in sys.modules.items() if _is_tool(name)}
        self._spaces = [(module, dict(vars(module))) for module in self._modules.values()]
        own = [module for name, module in self._modules.items() if _is_own(name)]
        self._classes = [(each, dict(vars(each))) for each in (*_classes_of(self._torch), *_own_classes(own))]
        self._functions = [(each, [getattr(each, name) for name in PARTS]) for each in _own_functions(own)]
        self._containers = list(_own_containers(own))
        self._checks = [(check, dict(vars(check))) for check in declared()]
        self._paths = list(sys.meta_path), list(sys.path_hooks), list(sys.path)
        sys.addaudithook(_refuse_audit_hooks)
        gc.freeze()  # so that none of this is found among the objects that the collector lists
        vars(gc).pop("unfreeze", None)

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        self._space.update(self._builtins)  # no name is looked up before this
        _stop_watchers(self._torch)
        sys.modules.update(self._modules)
        sys.meta_path[:], sys.path_hooks[:], sys.path[:] = self._paths
        for module, before in self._spaces:
            _restore(vars(module), before, self._tool_types, _is_own(module.__name__))
        for each, before in self._classes:
            _restore_class(each, before)
        for function, parts in self._functions:
            for name, value in zip(PARTS, parts, strict=True):
                if getattr(function, name) is not value:
                    setattr(function, name, value)
        for container, content in self._containers:
            container.clear()
            container.extend(content) if isinstance(container, list) else container.update(content)
        for check, fields in self._checks:
            _restore_check(check, fields)


def _refuse_audit_hooks(event: str, arguments: tuple[object, ...]) -> None:
    if event == "sys.addaudithook":
        raise RuntimeError("no hooks here")  # Python then adds none, and goes on


def _classes_of(torch: Any) -> tuple[type, ...]:
    return (torch.Tensor, torch.Generator, torch.nn.Module, torch.nn.Parameter) if torch else ()


def _is_tool(name: str) -> bool:
    return name in MODULES or _is_own(name)


def _is_own(name: str) -> bool:
    return name == OURS or name.startswith(f"{OURS}.")


def _own_classes(own: Sequence[types.ModuleType]) -> Iterator[type]:
    for module in own:
        for each in vars(module).values():
            if isinstance(each, type) and each.__module__ == module.__name__:
                yield each


def _own_functions(own: Sequence[types.ModuleType]) -> Iterator[types.FunctionType]:
    """Give the functions and methods of the grader, whose very code a cell could exchange."""
    for holder in (*own, *_own_classes(own)):
        for each in vars(holder).values():
            if isinstance(each, types.FunctionType) and _is_own(each.__module__ or ""):
                yield each


def _own_containers(own: Sequence[types.ModuleType]) -> Iterator[tuple[Any, Any]]:
    """Give the tables that stand in the grader's modules, and the lists in those, each with a copy."""
    for module in own:
        for name, each in vars(module).items():
            if isinstance(each, dict | list | set) and not name.startswith("__"):
                yield each, each.copy()
                inner = each.values() if isinstance(each, dict) else ()
                yield from ((entry, entry.copy()) for entry in inner if isinstance(entry, list))


def _restore(space: MutableMapping[str, Any], before: dict[str, Any], tool_types: tuple[type, ...], ours: bool) -> None:
    for name, value in before.items():
        if (callable(value) or isinstance(value, tool_types)) and space.get(name) is not value:
            space[name] = value
    for name in [name for name in space if name not in before and (ours or hasattr(builtins, name))]:
        if not isinstance(space[name], tool_types):
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


def _stop_watchers(torch: Any) -> None:
    """Take off what would run between the lines of a check: traces, signal handlers, modes of torch."""
    sys.settrace(None)
    sys.setprofile(None)
    threading.settrace(None)
    threading.setprofile(None)
    gc.callbacks.clear()
    for clock in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
        signal.setitimer(clock, 0)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if torch is None:
        return
    while torch._C._len_torch_function_stack():
        torch._C._pop_torch_function_stack()
    while torch._C._len_torch_dispatch_stack():
        torch._C._pop_torch_dispatch_stack(None)
