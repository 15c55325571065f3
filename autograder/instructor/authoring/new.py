"""Write the first files of a new course, chapter or exercise. Existing files stay as they are."""

import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from autograder.course import Course
from autograder.errors import UsageError, WouldOverwrite
from autograder.instructor.authoring.right_answers import catalogue_of

TEMPLATES = Path(__file__).parent / "templates"


class BadName(UsageError):
    """A name does not fit a course, chapter or exercise; the message gives the form."""


def new_course(folder: Path) -> list[Path]:
    """Write a course of no chapters into a folder, and return the files; raise BadName or WouldOverwrite."""
    package = folder.name.replace("-", "_")
    if not package.isidentifier():
        raise BadName(f"{folder.name}: a course's name is letters, digits and dashes, such as averages")
    inside = folder / package
    return _write(
        {
            folder / "README.md": _text("README.md", name=folder.name),
            folder / "pyproject.toml": _text("pyproject.toml", name=folder.name, package=package),
            inside / "__init__.py": f'"""The reference of {folder.name}, one module for each chapter."""\n',
            inside / "checks" / "__init__.py": '"""What the exercises must do, one file for each chapter."""\n',
            inside / "chapters" / ".gitkeep": "",
            folder / "tests" / "test_course.py": _text("test_course.py"),
        }
    )


def new_chapter(course: Course, name: str) -> list[Path]:
    """Write a chapter such as ``7-convolution``, and return the files: one in each place of the course.

    Where the course has a book, its table of contents names the chapter behind those that have a number. Raises
    BadName, or WouldOverwrite where a file is there already.
    """
    match = re.fullmatch(r"(?P<number>\d+)-(?P<room>[a-z]\w*)", name)
    if not match:
        raise BadName(f"{name}: a chapter's name is its number, a dash and its module, such as 7-convolution")
    room = match["room"]
    title = room.replace("_", " ").capitalize()
    written = _write(
        {
            course.chapters / f"{name}.md": _text("chapter.md", number=match["number"], title=title),
            course.file(room): f'"""The reference of the chapter {room}."""\n',
            course.catalogue(room): _text("mistakes.md", room=room),
            course.checks / f"{room}.py": _text("checks.py", room=room),
            catalogue_of(course, room): f"# Right answers to the exercises of {room}\n",
        }
    )
    return [*written, *_name_in_contents(course.root / "_toc.yml", name)]


def new_exercise(course: Course, name: str) -> list[Path]:
    """Add an exercise such as ``convolution.Residual``, still to write; return the changed files, or raise BadName."""
    room, _, public = name.partition(".")
    chapter = next(iter(course.chapters.glob(f"[0-9]*-{room}.md")), None)
    if not public.isidentifier() or public.startswith("_") or chapter is None:
        raise BadName(f"{name}: an exercise's name is its chapter's module and its own, such as layers.Residual")
    source = course.file(room)
    if re.search(rf"^(class|def) {public}\b", source.read_text(encoding="utf-8"), re.MULTILINE):
        raise BadName(f"{name}: {source.name} defines {public} already")
    label = public.lower().replace("_", "-")
    _append(source, "\n\n" + _text("reference.py", name=public))
    _append(chapter, "\n" + _text("cell.md", label=label, name=public, package=course.package, room=room))
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


def _text(template: str, **values: str) -> str:
    return Template((TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")).substitute(values)


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
