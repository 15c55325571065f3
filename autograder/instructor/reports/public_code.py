"""Material to compare answers with: the course's public code and text, and the work of another term."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolderError, Submission
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, is_answer, room_of

FENCE = re.compile(r"^(`{3,})(?:\{code-cell\}|\{code-block\})? *(?:i?python3?)\b[^\n]*\n(.*?)^\1 *$", re.M | re.S)
TOP_LEVEL = re.compile(r"\n(?=class |def |@)")
LABEL = "last term: "
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


def earlier_answers(folder: Path, assignment: str) -> Mapping[str, Mapping[str, str]]:
    """Return the answers in another course folder, by student, whose id follows ``last term: ``, and grade id.

    The assignment has to have the same id there. Files other than notebooks are left out: they have nothing to compare.
    Raises CourseFolderError where nothing was ever submitted there.
    """
    submitted = folder / "submitted"
    if not submitted.is_dir():
        raise CourseFolderError(f"{folder} holds no submitted/: --last-term wants the course folder of another term")
    by_student = dict[str, Mapping[str, str]]()
    for path in sorted(submitted.glob(f"*/{assignment}")):
        try:
            notebook = Submission(path.parent.name, assignment, path / f"{assignment}.ipynb").read().notebook()
        except (MalformedNotebook, OSError):
            continue
        answers = {str(grade_id_of(cell)): cell.source for cell in notebook.cells if is_answer(cell)}
        if answers:
            by_student[f"{LABEL}{path.parent.name}"] = answers
    return by_student
