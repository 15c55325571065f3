"""Material that everybody has read, which makes nobody's answers similar: the course's code and text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.course import Course
from autograder.notebooks.graft import grade_id_of, is_answer, room_of

FENCE = re.compile(r"^(`{3,})(?:\{code-cell\}|\{code-block\})? *(?:i?python3?)\b[^\n]*\n(.*?)^\1 *$", re.M | re.S)
TOP_LEVEL = re.compile(r"\n(?=class |def |@)")
CELL_OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[\w-]+:[^\n]*\n)+)", re.M | re.S)


@dataclass(frozen=True)
class Public:
    """The material of an assignment that everybody has read."""

    code: Sequence[str] = ()  # stubs, the chapter's code, the reference, the known mistakes
    text: Sequence[str] = ()  # of the released notebook
    answers: Mapping[str, str] = field(default_factory=dict)  # the cells of answers as they were released, by grade id


def public_in(course: Course, released: NotebookNode) -> Public:
    """Return the public material of a released notebook's assignment."""
    return Public(
        public_code(course, room_of(released)),
        [cell.source for cell in released.cells if cell.cell_type == "markdown"],
        {str(grade_id_of(cell)): cell.source for cell in released.cells if is_answer(cell)},
    )


def public_code(course: Course, room: str) -> list[str]:
    """Return stubs, the chapter's code, the reference, and each definition in it with each known mistake."""
    source = course.source(room)
    stubs = [exercise.stub for exercise in course.exercises(room)]
    chapters = [path.read_text(encoding="utf-8") for path in course.chapters.glob(f"*-{room}.md")]
    cells = [CELL_OPTIONS.sub("", code) for text in chapters for _, code in FENCE.findall(text)]
    mistaken = (mistake.apply(source) for mistake in course.mistakes(room))
    # A mistake changes one definition or two; the others need not be read again.
    parts = dict.fromkeys(part for text in (source, *mistaken) for part in TOP_LEVEL.split(text))
    return [*stubs, *cells, *parts]
