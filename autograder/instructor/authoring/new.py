"""Write what a new course, chapter or exercise begins with. Nothing that is there is replaced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from autograder.course import Course
from autograder.errors import WouldOverwrite, WrongUse
from autograder.instructor.authoring.missing import RIGHT

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["autograder[instructor]"]

# The course that `autograder` grades; the grader itself never imports it by name.
[project.entry-points."autograder.course"]
course = "{package}"

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""
TESTS = '''"""What the course still lacks, in words."""

from autograder.course import Course
from autograder.instructor.authoring.missing import missing


def test_nothing_is_missing() -> None:
    assert missing(Course.installed()) == []
'''
CHAPTER = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# {number} · {title}

WRITE: what the chapter asks, and what it needs.

```{{code-cell}} python3
:tags: [setup]

# What the stubs need.
```
"""
REFERENCE = '''

def {name}():
    """WRITE: the assignment, with shapes, dtypes, units and errors."""
    ### BEGIN SOLUTION
    raise NotImplementedError("WRITE: the reference")
    ### END SOLUTION
'''
CELL = """
({label})=
## {name}

WRITE: the section that explains the exercise.

```{{code-cell}} python3
:tags: [exercise]

from {package}.{room} import {name}
```
"""
MISTAKES = '''"""Known mistakes of the chapter {room}."""

from autograder.mistakes import Mistake

MISTAKES: list[Mistake] = []
'''


class BadName(WrongUse):
    """A course, chapter or exercise cannot have this name; the message says what a name is."""


def new_course(folder: Path) -> list[Path]:
    """Write a course of no chapters into a folder, and return the files.

    Raises:
        BadName: the folder's name is no name for a package.
        WouldOverwrite: a file is there already.
    """
    package = folder.name.replace("-", "_")
    if not package.isidentifier():
        raise BadName(f"{folder.name}: a course's name is letters, digits and dashes, such as averages")
    inside = folder / package
    return _write(
        {
            folder / "pyproject.toml": PROJECT.format(name=folder.name, package=package),
            inside / "__init__.py": f'"""The reference of {folder.name}, one module for each chapter."""\n',
            inside / "mistakes" / "__init__.py": '"""Known mistakes, one file for each chapter."""\n',
            inside / "checks" / "__init__.py": '"""What the exercises must do, one file for each chapter."""\n',
            inside / "chapters" / ".gitkeep": "",
            folder / "tests" / "test_course.py": TESTS,
        }
    )


def new_chapter(course: Course, name: str) -> list[Path]:
    """Write a chapter without exercises, and return the files: one in each place of the course.

    Where the course has a book, its table of contents names the chapter behind those that have a number.

    Args:
        course: to write into.
        name: number and room, such as ``7-convolution``.

    Raises:
        BadName: it is not such a name.
        WouldOverwrite: a file is there already.
    """
    match = re.fullmatch(r"(?P<number>\d+)-(?P<room>[a-z]\w*)", name)
    if not match:
        raise BadName(f"{name}: a chapter's name is its number, a dash and its module, such as 7-convolution")
    room = match["room"]
    title = room.replace("_", " ").capitalize()
    written = _write(
        {
            course.chapters / f"{name}.md": CHAPTER.format(number=match["number"], title=title),
            course.file(room): f'"""The reference of the chapter {room}."""\n',
            course.folder / "mistakes" / f"{room}.py": MISTAKES.format(room=room),
            course.checks / f"{room}.py": f'"""What the exercises of the chapter {room} must do."""\n',
            course.folder.parent / RIGHT / room / "README": f"Right answers to the exercises of {room}, a file each.\n",
        }
    )
    return [*written, *_name_in_contents(course.root / "_toc.yml", name)]


def new_exercise(course: Course, name: str) -> list[Path]:
    """Add an exercise that is still to be written to a chapter, and return the files that have changed.

    Args:
        course: to write into.
        name: room and public name, such as ``convolution.Residual``.

    Raises:
        BadName: it is not such a name, there is no such chapter, or it has such an exercise.
    """
    room, _, public = name.partition(".")
    chapter = next(iter(course.chapters.glob(f"[0-9]*-{room}.md")), None)
    if not public.isidentifier() or public.startswith("_") or chapter is None:
        raise BadName(f"{name}: an exercise's name is its chapter's module and its own, such as layers.Residual")
    source = course.file(room)
    if re.search(rf"^(class|def) {public}\b", source.read_text(encoding="utf-8"), re.MULTILINE):
        raise BadName(f"{name}: {source.name} defines {public} already")
    label = public.lower().replace("_", "-")
    _append(source, REFERENCE.format(name=public))
    _append(chapter, CELL.format(label=label, name=public, package=course.package, room=room))
    return [source, chapter]


def _name_in_contents(contents: Path, chapter: str) -> list[Path]:
    """Add a chapter to a book's table of contents, if there is one, and return that file if it has changed."""
    if not contents.exists():
        return []
    text = contents.read_text(encoding="utf-8")
    numbered = list(re.finditer(r"^( *- file: chapters/)\d+-\S+$", text, re.MULTILINE))
    if not numbered:
        return []
    end = numbered[-1].end()
    contents.write_text(f"{text[:end]}\n{numbered[-1][1]}{chapter}{text[end:]}", encoding="utf-8")
    return [contents]


def _write(texts: Mapping[Path, str]) -> list[Path]:
    for path in texts:
        if path.exists():
            raise WouldOverwrite(f"{path} is there already")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)


def _append(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n{text}", encoding="utf-8")
