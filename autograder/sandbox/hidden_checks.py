"""Checks for the sandbox, without and with the hidden ones: a student's process cannot tell what it never had.

The warm server has the visible checks alone, which every fork inherits. The hidden ones come to a submission when it
has answered all others, and from then on no text of it reaches the student.
"""

import ast
import contextlib
import importlib
import marshal
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import CodeType, ModuleType

from autograder import checks
from autograder.course import Course
from autograder.parsing import parse

_Definition = ast.FunctionDef | ast.ClassDef


@cache
def visible_texts() -> Mapping[str, str]:
    """Return the text of each module of the course that students have: given ones, helpers, visible checks."""
    course = Course.announced()
    given = {f"{course.package}.{name}": course.source(name) for name in course.given}
    files = [path for path in sorted(course.checks.glob("_*.py")) if path.stem != "__init__"]
    shared = {_module(course, path.stem): path.read_text(encoding="utf-8") for path in files}
    rooms = {_module(course, room): without_hidden_checks(_text(course, room)) for room in course.rooms}
    return given | shared | rooms


@cache
def code_of_all(rooms: tuple[str, ...]) -> bytes:
    """Return the checks of rooms, hidden ones too, compiled for a process of the same Python."""
    course = Course.announced()
    return marshal.dumps({_module(course, room): _compiled(room, _text(course, room)) for room in rooms})


def load_code(code: bytes) -> None:
    """Load the code that ``code_of_all`` returned, in the place of the visible checks."""
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


def _module(course: Course, name: str) -> str:
    return f"{course.package}.{course.checks.name}.{name}"


def _compiled(name: str, text: str) -> CodeType:
    return compile(text, f"{checks.OF_CHECKS}{name}>", "exec", dont_inherit=True)


def _text(course: Course, room: str) -> str:
    return (course.checks / f"{room}.py").read_text(encoding="utf-8")


def _load(name: str, code: CodeType) -> None:
    checks.forget(name.rpartition(".")[2])
    module = ModuleType(name)
    sys.modules[name] = module
    exec(code, vars(module))


def without_hidden_checks(source: str) -> str:
    """Return the text of a checks module without its hidden checks, and without the helpers that only they use."""
    kept, left_out = parse(source).body, list[_Definition]()
    names = {node: {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} for node in kept}
    gone: list[_Definition] = [node for node in kept if isinstance(node, _Definition) and _is_hidden(node)]
    lines = source.splitlines(keepends=True)
    while gone:
        kept = [node for node in kept if node not in gone]
        left_out += gone
        gone = [node for node in kept if isinstance(node, _Definition) and _is_unused(node, kept, names)]
    for node in sorted(left_out, key=lambda node: node.lineno, reverse=True):
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        del lines[first - 1 : node.end_lineno]
    return "".join(lines)


def _is_check(node: _Definition) -> bool:
    return any(isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check" for call in node.decorator_list)


def _is_hidden(node: _Definition) -> bool:
    keywords = [keyword for call in node.decorator_list if isinstance(call, ast.Call) for keyword in call.keywords]
    return any(
        keyword.arg == "hidden" and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in keywords
    )


def _is_unused(node: _Definition, body: Sequence[ast.stmt], names: Mapping[ast.stmt, set[str]]) -> bool:
    """Whether a module never uses a definition of its own; a check is used by being one."""
    return not _is_check(node) and not any(node.name in names[statement] for statement in body if statement is not node)
