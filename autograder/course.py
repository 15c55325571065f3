"""The course that is graded: its reference, its known mistakes, its chapters.

The grader never imports a course by name: an installed course announces itself by the entry point group
``autograder.course``, which names the package that holds the reference.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import Distribution, entry_points
from pathlib import Path
from types import ModuleType, SimpleNamespace

from autograder.exercises import BEGIN, Exercise, definitions, exercises_of
from autograder.mistakes import Mistake, first_hints, known_mistakes
from autograder.sections import EXERCISE, Contents, titles_in
from autograder.user_errors import TaskFailed

Names = Callable[[], SimpleNamespace]
HAS_EXERCISE = re.compile(r"^:tags: \[(?:[\w-]+, *)*exercise(?:, *[\w-]+)*\]$", re.MULTILINE)
GIVEN = re.compile(r"from \w+\.(?P<room>\w+) import (?P<names>\w+(?:, \w+)*)")  # all that a given cell holds
GROUP = "autograder.course"
HIDDEN = "hidden"  # the folder of the checks that students do not have


class NoCourse(TaskFailed):
    """This machine lacks a course, or the course's reference."""


class UnfinishedChapter(TaskFailed):
    """A chapter has exercises that nothing can check."""


class UnknownExercise(TaskFailed, ValueError):
    """A chapter's cell names an exercise that the reference lacks."""


class SeveralCourses(TaskFailed):
    """Several courses are installed on this machine, and only one can be graded."""


@cache
def _packages(path: tuple[str, ...]) -> Mapping[str, Distribution | None]:
    """Return the packages of the installed courses; each look at a path takes some ten milliseconds."""
    return {entry.value: entry.dist for entry in entry_points(group=GROUP)}


@dataclass(frozen=True)
class Chapter:
    """A numbered file of the chapters' folder, ``2-layers.md``; what follows the number is its room."""

    path: Path
    room: str

    @classmethod
    def at(cls, path: Path) -> Chapter:
        """Return the chapter in a file; one without a number is a room by its whole name."""
        number, _, room = path.stem.partition("-")
        return cls(path, room if number.isdigit() else path.stem)

    @property
    def assignment(self) -> str:
        """The assignment's id, also its notebook's name: the file's stem, such as ``2-layers``."""
        return self.path.stem

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def has_exercises(self) -> bool:
        return HAS_EXERCISE.search(self.text) is not None


@dataclass(frozen=True)
class Course:
    """A package with checks and their reference, and the chapters beside it."""

    package: str  # name of the package whose modules are the rooms, with ``checks/``, ``mistakes/`` and ``scenes/``
    book_url: str = ""  # address of the published book, with a slash at its end; empty where none is published
    repository_url: str = ""  # address of the repository that it is published from, or empty

    @classmethod
    def installed(cls) -> Course:
        """Return the course that is installed on this machine with its reference.

        Raises:
            NoCourse: none is, or it has checks alone, as in a student's environment.
            SeveralCourses: there are more; the message names them.
        """
        course = cls.announced()
        if course.rooms and not any(course.file(room).is_file() for room in course.rooms):
            raise NoCourse("the course is installed without its reference here, as students have it")
        return course

    @classmethod
    def announced(cls) -> Course:
        """Return the course whose checks are on this machine; a student's has nothing else.

        Where its book is published is not known when it is written: who publishes it says so in the environment, as
        ``BOOK_URL`` and ``REPOSITORY_URL``.

        Raises:
            NoCourse: there is none.
            SeveralCourses: there are more; the message names them.
        """
        packages = _packages(tuple(sys.path))
        if not packages:
            raise NoCourse("no course is installed here: run pip install -e . in the course's repository")
        if len(packages) > 1:
            named = [f"{package} (of {dist.name if dist else 'no distribution'})" for package, dist in packages.items()]
            raise SeveralCourses(
                f"{len(packages)} courses are installed here: {', '.join(named)}; uninstall all but one, by pip "
                "uninstall and the name in brackets, or give each an environment of its own"
            )
        return cls(next(iter(packages)), os.environ.get("BOOK_URL", ""), os.environ.get("REPOSITORY_URL", ""))

    @property
    def distribution(self) -> Distribution:
        """The installed distribution that brings the course; raises NoCourse if it is not installed."""
        if found := _packages(tuple(sys.path)).get(self.package):
            return found
        raise NoCourse(f"the course {self.package} is not installed here")

    @cached_property
    def folder(self) -> Path:
        """The package's folder; raises NoCourse if a distribution names the package, and it is not there."""
        try:
            return Path(next(iter(importlib.import_module(self.package).__path__)))
        except ModuleNotFoundError as error:
            if error.name != self.package:
                raise
            raise NoCourse(f"the course {self.package} is installed and its package is not there") from error

    @property
    def downloads_url(self) -> str:
        """Address of the folder of the book's site that holds notebooks and bundle; empty without a book."""
        return f"{self.book_url}downloads/" if self.book_url else ""

    @cached_property
    def root(self) -> Path:
        """The folder of chapters, data and bibliography: the package's, or the one that the package stands in."""
        return self.folder if (self.folder / "chapters").is_dir() else self.folder.parent

    @property
    def chapters(self) -> Path:
        return self.root / "chapters"

    @property
    def checks(self) -> Path:
        """The folder of the checks: a file for each room, helpers in modules that begin with _, and ``hidden``."""
        return self.folder / "checks"

    def check_file(self, room: str, *, hidden: bool = False) -> Path:
        """Return where the checks of a room stand that students have, or the hidden ones."""
        return self.checks / (HIDDEN if hidden else "") / f"{room}.py"

    def check_files(self, room: str) -> list[Path]:
        """Return the files of a room's checks: what students have first, then the hidden ones; none for no room."""
        files = self.check_file(room), self.check_file(room, hidden=True)
        return [path for path in files if path.is_file()]

    def module_of(self, file: Path) -> str:
        """Return the full name of a module of the package."""
        return ".".join([self.package, *file.relative_to(self.folder).with_suffix("").parts])

    @cached_property
    def given(self) -> tuple[str, ...]:
        """The modules of the package that students have beside the checks, by name: ``GIVEN`` of ``checks``."""
        return tuple(getattr(importlib.import_module(f"{self.package}.{self.checks.name}"), "GIVEN", ()))

    @property
    def rooms(self) -> tuple[str, ...]:
        """The rooms that have checks, by name."""
        return tuple(sorted(path.stem for path in self.checks.glob("[!_]*.py")))

    @property
    def bibliography(self) -> str:
        """The works that chapters cite, as BibTeX; empty where the course has none."""
        path = self.root / "references.bib"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def page(self, room: str) -> str:
        """Return the address of a room's chapter in the book; empty without a book."""
        return f"{self.book_url}chapters/{self._chapter(room).stem}.html" if self.book_url else ""

    def contents(self, room: str) -> Contents:
        path = self._chapter(room)
        return Contents(path.stem, self.page(room), titles_in(path.read_text(encoding="utf-8")))

    def _chapter(self, room: str) -> Path:
        return next(self.chapters.glob(f"[0-9]*-{room}.md"), self.chapters / f"{room}.md")

    def source(self, room: str) -> str:
        """Return the text of a room's reference."""
        return self.file(room).read_text(encoding="utf-8")

    def file(self, room: str) -> Path:
        """Return where a room's reference stands."""
        return self.folder / f"{room}.py"

    def exercises(self, room: str) -> list[Exercise]:
        return exercises_of(room, self.source(room))

    def exercise_in(self, chapter: Chapter, cell: str) -> Exercise:
        """Return the exercise that a chapter's cell names, as in ``from solutions.layers import Linear``.

        Raises:
            UnknownExercise: the cell holds anything else, or the chapter has no such exercise.
        """
        match = EXERCISE.fullmatch(cell.strip())
        if match and match["room"] == chapter.room:
            for exercise in self.exercises(chapter.room):
                if exercise.name == match["name"]:
                    return exercise
        raise UnknownExercise(f"{chapter.path.name}: {cell.strip()!r} names no exercise of {chapter.room}")

    def given_in(self, cell: str) -> str:
        """Return the code that a chapter's cell of the tag ``given`` names; students get it as it is.

        Raises:
            ValueError: the cell holds anything else, or names what is not in that room, or an exercise.
        """
        match = GIVEN.fullmatch(cell.strip())
        texts = definitions(self.source(match["room"])) if match else {}
        names = match["names"].split(", ") if match else []
        if not names or any(BEGIN in texts.get(name, BEGIN) for name in names):
            raise ValueError(f"{cell.strip()!r} names nothing that is given")
        return "\n\n\n".join(texts[name] for name in names)

    def mistakes(self, room: str) -> list[Mistake]:
        """Return the known mistakes of a room, in the order of its catalogue.

        Raises:
            BadCatalogue: a mistake cannot be read.
        """
        path = self.catalogue(room)
        return list(known_mistakes(path.read_text(encoding="utf-8"), self.source(room), self.name_of(path)))

    def first_hints(self, room: str, exercise: str) -> Sequence[str]:
        """Return the hints for a student who has written nothing of an exercise yet, the first one first."""
        return first_hints(self.catalogue(room).read_text(encoding="utf-8")).get(exercise, ())

    def name_of(self, path: Path) -> str:
        """Return how messages call a file of the course: its path from the folder that the package stands in."""
        root = self.folder.parent
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    def catalogue(self, room: str) -> Path:
        """Return where a room's known mistakes are written."""
        return self.folder / "mistakes" / f"{room}.md"

    def names(self, room: str) -> SimpleNamespace:
        """Return the reference's names."""
        return SimpleNamespace(**vars(importlib.import_module(f"{self.package}.{room}")))

    def mistaken_source(self, room: str, *ids: str) -> str:
        """Return the reference with known mistakes in it.

        Raises:
            KeyError: the room has no mistake of such an id.
            BadCatalogue: two of them edit the same place.
        """
        known, source = {mistake.id: mistake for mistake in self.mistakes(room)}, self.source(room)
        for mistake in ids:
            source = known[mistake].apply(source)
        return source

    def mistaken(self, room: str, mistake: Mistake) -> Names:
        """Return how to get the names of the reference with one mistake in it."""
        return names_anew(mistake.apply(self.source(room)), f"{self.package}.mistaken.{mistake.id}")


def chapters_of(course: Course) -> list[Chapter]:
    """Return the chapters that have exercises, in order.

    Raises:
        UnfinishedChapter: one has exercises, and no mistakes or no checks; the message names the file.
    """
    chapters = [chapter for chapter in _numbered(course) if chapter.has_exercises]
    for chapter in chapters:
        for path in (course.catalogue(chapter.room), course.check_file(chapter.room)):
            if not path.is_file():
                missing = f"{path.parent.name}/{path.name}"
                raise UnfinishedChapter(f"{chapter.path.name} has exercises, and {missing} is not there: write it")
    return chapters


def chapters_to_read(course: Course) -> list[Chapter]:
    """Return the numbered chapters without exercises, in order: students get them, and nothing of them is graded."""
    return [chapter for chapter in _numbered(course) if not chapter.has_exercises]


def _numbered(course: Course) -> list[Chapter]:
    return [Chapter.at(path) for path in sorted(course.chapters.glob("[0-9]*-*.md"))]


def names_of_source(source: str, module_name: str) -> SimpleNamespace:
    """Run a module's text, as trusted as the course itself, and return its names."""
    return names_anew(source, module_name)()


def names_anew(source: str, module_name: str) -> Names:
    """Return a function that runs a module's text at each call, so that no check meets the leftovers of another."""
    code = compile(source, module_name, "exec")

    def run() -> SimpleNamespace:
        module = ModuleType(module_name)
        sys.modules[module_name] = module  # while it runs, dataclasses look their annotations up there
        exec(code, vars(module))
        return SimpleNamespace(**vars(module))

    return run
