"""Digest everything that verdicts depend on, found by the code's imports: verdicts stand until the digest changes."""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import resolve_name
from pathlib import Path

from nbformat import NotebookNode

import autograder
from autograder import judge, observe
from autograder.course import Course
from autograder.instructor.course.folder import HandedIn
from autograder.instructor.grading.submission import versions
from autograder.mistakes import Mistake
from autograder.notebooks import answers, graft
from autograder.notebooks.graft import room_of
from autograder.parsing import parse

JUDGES = (judge, observe, graft, answers)  # what a submission goes through


def digest_of(work: HandedIn, grader: str) -> str:
    """Return a digest of everything that a submission's verdicts depend on but the seed: it and ``grader_digest``."""
    return _digest(work.content, work.unreadable.encode(), str(work.timestamp).encode(), grader.encode())


def grader_digest(released: NotebookNode, course: Course, rules: object) -> str:
    """Return a digest of all that verdicts on an assignment depend on beside the work, rules by their ``repr``."""
    room = room_of(released)
    return _digest(
        json.dumps(released, sort_keys=True).encode(),
        *(path.read_bytes() for path in sources_of(room, course)),
        repr(([_said_by(mistake) for mistake in course.mistakes(room)], course.contents(room))).encode(),
        repr((rules, versions())).encode(),
    )


def _said_by(mistake: Mistake) -> tuple[str, ...]:
    """Return everything of a mistake but its lines in the catalogue."""
    edits = (text for hunk in mistake.hunks for text in (hunk.old, hunk.new))
    return mistake.id, mistake.exercise, mistake.says, mistake.hint, mistake.read, *edits


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


@cache
def sources_of(room: str, course: Course) -> tuple[Path, ...]:
    """Return the files of the grader and the course on which a room's verdicts depend."""
    packages = {"autograder": Path(autograder.__file__).parent, course.package: course.folder}
    first = [*(Path(str(module.__file__)) for module in JUDGES), course.checks / f"{room}.py", course.file(room)]
    return tuple(sorted(imported_by(first, packages)))


def imported_by(files: Iterable[Path], packages: Mapping[str, Path]) -> set[Path]:
    """Return files and everything that they import from some packages, directly or not."""
    read, waiting = set[Path](), set(files)
    while waiting:
        path = waiting.pop()
        read.add(path)
        for module in _imports(path, _package_of(path, packages)):
            package, *names = module.split(".")
            if package in packages:
                place = packages[package].joinpath(*names)
                files = (place.with_suffix(".py"), place / "__init__.py")
                waiting |= {file for file in files if file.is_file()} - read
    return read


def _package_of(path: Path, packages: Mapping[str, Path]) -> str:
    """Return the package of a file, to which its relative imports lead; empty for an unknown one."""
    for name, folder in packages.items():
        if path.is_relative_to(folder):
            return ".".join([name, *path.relative_to(folder).parent.parts])
    return ""


@cache
def _imports(path: Path, package: str) -> set[str]:
    """Return the modules that a file of a package imports anywhere; an imported name can be one, too."""
    modules = set[str]()
    for node in ast.walk(parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or package):
            module = resolve_name("." * node.level + (node.module or ""), package)
            modules |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return modules
