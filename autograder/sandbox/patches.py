"""Put back the tools of checks that the cells of a submission replaced.

A cell may set ``np.array_equal`` to a function that always says yes, or replace the function that sends observations.
Before the first check looks, the functions and classes of the builtins, of the libraries that compute, of the grader
and of the checks are those of before.

It stops every patch that a student would think of, and not one who rewrites the interpreter's memory: what such a
process says of itself stays its own word, which is why the judge asks for numbers that it would have to compute.
"""

import builtins
import gc
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from autograder import pytorch
from autograder.checks import declared

PYTHON = ("builtins", "contextlib", "copy", "linecache", "os", "signal", "socket", "time", "traceback", "warnings")
NUMBERS = ("hashlib", "json", "json.encoder", "math", "numpy", "numpy.random", "safetensors.numpy", "struct")
MODULES = {*PYTHON, *NUMBERS, *pytorch.MODULES}
OURS = "autograder"
PARTS = ("__code__", "__defaults__", "__kwdefaults__")


def keep_builtins() -> Callable[[], None]:
    """Return a function that puts the builtins, which all code here needs, back as they are now."""
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
        # By name they would be looked up in what may have been replaced.
        self._tool_types = (types.ModuleType, *pytorch.generators())
        self._stop_modes = pytorch.mode_stopper()
        own = _own_modules()
        self._modules = {name: module for name, module in sys.modules.items() if name in MODULES} | own
        self._spaces = [(module, dict(vars(module)), name in own) for name, module in self._modules.items()]
        self._classes = [(cls, dict(vars(cls))) for cls in (*pytorch.classes(), *_own_classes(own))]
        self._functions = [(function, [getattr(function, name) for name in PARTS]) for function in _own_functions(own)]
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
        _stop_watchers()
        self._stop_modes()
        sys.modules.update(self._modules)
        sys.meta_path[:], sys.path_hooks[:], sys.path[:] = self._paths
        for module, before, is_own in self._spaces:
            _restore(vars(module), before, self._tool_types, is_own)
        for cls, before in self._classes:
            _restore_class(cls, before)
        for function, parts in self._functions:
            for name, value in zip(PARTS, parts, strict=True):
                if getattr(function, name) is not value:
                    setattr(function, name, value)
        for container, content in self._containers:
            container.clear()
            container.extend(content) if isinstance(container, list) else container.update(content)
        for check, fields in self._checks:
            for name, value in fields.items():
                object.__setattr__(check, name, value)


def _refuse_audit_hooks(event: str, arguments: tuple[object, ...]) -> None:
    if event == "sys.addaudithook":
        raise RuntimeError("no hooks here")  # Python then adds none, and goes on


def _own_modules() -> dict[str, types.ModuleType]:
    """Return the modules of the grader, and those of the course that are here, by name."""
    packages = (f"{OURS}.", *{f"{check.observe.__module__.partition('.')[0]}." for check in declared()})
    return {name: module for name, module in sys.modules.items() if f"{name}.".startswith(packages)}


def _own_classes(own: Mapping[str, types.ModuleType]) -> Iterator[type]:
    for module in own.values():
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                yield value


def _own_functions(own: Mapping[str, types.ModuleType]) -> Iterator[types.FunctionType]:
    """Yield the functions and methods of own modules, whose code objects a cell could exchange."""
    for holder in (*own.values(), *_own_classes(own)):
        for value in vars(holder).values():
            if isinstance(value, types.FunctionType) and value.__module__ in own:
                yield value


def _own_containers(own: Mapping[str, types.ModuleType]) -> Iterator[tuple[Any, Any]]:
    """Yield the tables of own modules, and the lists in those, each with a copy."""
    for module in own.values():
        for name, value in vars(module).items():
            if isinstance(value, dict | list | set) and not name.startswith("__"):
                yield value, value.copy()
                inner = value.values() if isinstance(value, dict) else ()
                yield from ((entry, entry.copy()) for entry in inner if isinstance(entry, list))


def _restore(space: MutableMapping[str, Any], before: dict[str, Any], tools: tuple[type, ...], is_own: bool) -> None:
    for name, value in before.items():
        if (callable(value) or isinstance(value, tools)) and space.get(name) is not value:
            space[name] = value
    for name in [name for name in space if name not in before and (is_own or hasattr(builtins, name))]:
        if not isinstance(space[name], tools):
            del space[name]  # else a name of the module's own would stand before the builtin of that name


def _restore_class(cls: type, before: dict[str, Any]) -> None:
    now = dict(vars(cls))
    for name in now.keys() - before.keys():
        if callable(now[name]) or isinstance(now[name], property | classmethod | staticmethod):
            type.__delattr__(cls, name)
    for name, value in before.items():
        if now.get(name) is not value and name not in ("__dict__", "__weakref__", "__doc__"):
            type.__setattr__(cls, name, value)


def _stop_watchers() -> None:
    """Take off traces and signal handlers, which would run between the lines of a check."""
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
