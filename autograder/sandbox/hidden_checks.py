"""Checks for the sandbox, without and with the hidden ones: a student's process cannot tell what it never had.

The warm server has the visible checks alone, which every fork inherits. The hidden ones come to a submission when it
has answered all others, and from then on no text of it reaches the student.
"""

import contextlib
import importlib
import marshal
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import CodeType, ModuleType

from autograder import checks
from autograder.course import Course


@cache
def visible_texts() -> Mapping[str, str]:
    """Return the text of each module of the course that students have: given ones, helpers, visible checks."""
    course = Course.announced()
    shared = [path for path in sorted(course.checks.glob("_*.py")) if path.stem != "__init__"]
    files = [*map(course.file, course.given), *shared, *map(course.check_file, course.rooms)]
    return {course.module_of(path): path.read_text(encoding="utf-8") for path in files}


@cache
def code_of_all(rooms: tuple[str, ...]) -> bytes:
    """Return the checks of rooms, hidden ones too, compiled for a process of the same Python."""
    course = Course.announced()
    files = [path for room in rooms for path in course.check_files(room)]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    return marshal.dumps({course.module_of(path): _compiled(path.stem, text) for path, text in texts.items()})


def load_code(code: bytes) -> None:
    """Load the code that ``code_of_all`` returned: visible checks, too, in the place of those that cells may change."""
    for module, compiled in marshal.loads(code).items():
        _load(module, compiled)


def load_texts(texts: Mapping[str, str]) -> None:
    """Load the texts that ``visible_texts`` returned; no file is read."""
    for module, text in texts.items():
        _load(module, _compiled(module.rpartition(".")[2], text))


@cache
def preload(rooms: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the modules that the course wants to be imported once: before any program, or before one of some rooms."""
    asked = importlib.import_module(f"{Course.announced().package}.checks")
    if not rooms:
        return tuple(getattr(asked, "PRELOAD", ()))
    by_room: Mapping[str, Sequence[str]] = getattr(asked, "PRELOAD_FOR", {})
    return tuple(module for room in rooms for module in by_room.get(room, ()))


def import_each(modules: Iterable[str]) -> None:
    """Import modules ahead of their use; one that a version of its library does not have is left out."""
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _compiled(name: str, text: str) -> CodeType:
    return compile(text, f"{checks.OF_CHECKS}{name}>", "exec", dont_inherit=True)


def _load(name: str, code: CodeType) -> None:
    if not checks.is_hidden(name):  # those come after the visible ones of their room
        checks.declare_anew(name.rpartition(".")[2])
    module = ModuleType(name)
    sys.modules[name] = module
    exec(code, vars(module))
