"""A class as it comes in: right, wrong, untouched, slow and broken work over all chapters, the same at each call."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.course import Course, chapters_of
from autograder.exercises import exercises_of
from autograder.instructor.authoring.right_answers import right_answers
from autograder.notebooks.fill import exercise_cells, fill
from autograder.notebooks.graft import read_notebook

# Of twenty submissions. Classes of different sizes differ in nothing else.
MIXTURE = ["right"] * 8 + ["wrong"] * 6 + ["untouched"] * 2 + ["slow"] * 2 + ["broken"] * 2

# What the first exercise's cell becomes; all other exercises are answered right.
SLOW = (
    "{cell}\nimport time\ntime.sleep(5)\n",
    "{cell}\nwhile True:\n    pass\n",
    "def {name}(*arguments, **named):\n    while True:\n        pass\n",
)
BROKEN = (
    "{cell}\n)\n",
    "{cell}\nimport os\nos._exit(1)\n",
    "",  # half a file
)


@dataclass(frozen=True)
class Work:
    """One submission of the class: whose, to what, and the file's text."""

    student: str
    assignment: str
    text: str

    def write(self, course_folder: Path) -> None:
        """Hand it in to a course folder."""
        path = course_folder / "submitted" / self.student / self.assignment / f"{self.assignment}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(self.text, encoding="utf-8")


def mixed_class(size: int, course: Course, released: Path) -> list[Work]:
    """Return a class in an order that chance decided once, each student with the notebook of one chapter.

    They hand in the course's reference, right answers and known mistakes; the folder has every assignment released.
    """
    chapters = chapters_of(course)
    found = []
    for kind, count in kinds_in(size).items():
        for first, chapter in enumerate(chapters):
            path = released / "release" / chapter.assignment / f"{chapter.assignment}.ipynb"
            variants = _variants(kind, chapter.room, course, read_notebook(path))
            for turn, _ in enumerate(range(first, count, len(chapters))):
                found.append((chapter.assignment, variants[(first + turn) % len(variants)]))
    random.Random(0).shuffle(found)
    return [Work(f"s{at:03}", *one) for at, one in enumerate(found, start=1)]


def kinds_in(size: int) -> Counter[str]:
    """Return how many submissions of each kind a class of some size has."""
    return Counter(MIXTURE[at % len(MIXTURE)] for at in range(size))


def _variants(kind: str, room: str, course: Course, notebook: NotebookNode) -> list[str]:
    """Return the ways in which work of a kind can look in a room, each as a notebook's text."""
    if kind == "untouched":
        return [nbformat.writes(notebook)]
    if kind in ("slow", "broken"):
        filled = fill(notebook, _answers(room, course.source(room))).notebook
        return [_spoilt(filled, change) for change in (SLOW if kind == "slow" else BROKEN)]
    if kind == "right":
        # No student can import the course's own package, as some of them do.
        texts = [answer.source for answer in right_answers(course, room)]
        sources = [text for text in texts if f"from {course.package}" not in text]
        sources.append(_answers(room, course.source(room)))
    else:
        sources = [_answers(room, mistake.apply(course.source(room))) for mistake in course.mistakes(room)]
    return [nbformat.writes(fill(notebook, source).notebook) for source in sources]


def _answers(room: str, source: str) -> str:
    return "\n\n\n".join(exercise.source for exercise in exercises_of(room, source))


def _spoilt(filled: NotebookNode, change: str) -> str:
    """Return a filled notebook's text with another first exercise, or half of it where there is none."""
    notebook = nbformat.from_dict(filled)
    name, cell = next(iter(exercise_cells(notebook).items()))
    cell.source = change.format(cell=cell.source, name=name) if change else cell.source
    text = nbformat.writes(notebook)
    return text if change else text[: len(text) // 2]
