"""Whether verdicts may stand: a digest of all that they depend on, found by what the code imports."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

import autograder
from autograder import judge, observe
from autograder.checks import file_of
from autograder.course import Course
from autograder.instructor.course.folder import HandedIn
from autograder.instructor.grading.submission import versions
from autograder.mistakes import Mistake
from autograder.notebooks import answers, graft
from autograder.notebooks.graft import room_of
from autograder.parsing import parse

JUDGES = (judge, observe, graft, answers)  # what a submission goes through


def digest_of(work: HandedIn, grader: str) -> str:
    """Return a digest of all that a submission's verdicts depend on but the seed.

    Args:
        grader: digest of all else, from ``grader_digest``.
    """
    return _digest(work.content, work.unreadable.encode(), str(work.timestamp).encode(), grader.encode())


def grader_digest(released: NotebookNode, course: Course, rules: object) -> str:
    """Return a digest of what verdicts on an assignment depend on beside the work.

    Args:
        course: with the reference, its known mistakes, and the sections to which they send.
        rules: under which work runs, of any type whose ``repr`` tells them apart.
    """
    room = room_of(released)
    return _digest(
        json.dumps(released, sort_keys=True).encode(),
        *(path.read_bytes() for path in sources_of(room, course)),
        repr(([_said_by(mistake) for mistake in course.mistakes(room)], course.contents(room))).encode(),
        repr((rules, versions())).encode(),
    )


def _said_by(mistake: Mistake) -> tuple[str, ...]:
    """Return all of a mistake but the lines of the catalogue in which it stands."""
    edits = (text for hunk in mistake.hunks for text in (hunk.old, hunk.new))
    return mistake.id, mistake.exercise, mistake.says, mistake.hint, mistake.read, *edits


def _digest(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


@cache
def sources_of(room: str, course: Course) -> tuple[Path, ...]:
    """Return the files of the grader and the course that decide what a room's checks see and say."""
    packages = {"autograder": Path(autograder.__file__).parent, course.package: course.folder}
    first = [*(Path(str(module.__file__)) for module in JUDGES), file_of(room), course.folder / f"{room}.py"]
    return tuple(sorted(imported_by(first, packages)))


def imported_by(files: Iterable[Path], packages: Mapping[str, Path]) -> set[Path]:
    """Return files, those that they import from some packages, those that these import, and so on."""
    found, waiting = set[Path](), set(files)
    while waiting:
        path = waiting.pop()
        found.add(path)
        for module in _imports(path):
            package, *names = module.split(".")
            if package in packages:
                place = packages[package].joinpath(*names)
                waiting |= {
                    file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()
                } - found
    return found


def _imports(path: Path) -> Iterator[str]:
    """Give the modules that a file imports anywhere; a name that is imported may be one, too."""
    for node in ast.walk(parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
