"""Hash all inputs of a verdict. A stored verdict is reused while its hash is unchanged."""

import json
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

import autograder
from autograder import judge, observe
from autograder.course import Course
from autograder.dependencies import digest, imported_by
from autograder.instructor.course.folder import HandedIn
from autograder.instructor.grading.submission import versions
from autograder.mistakes import Mistake
from autograder.notebooks import answers, graft
from autograder.notebooks.graft import room_of

JUDGES = (judge, observe, graft, answers)  # what a submission goes through


def digest_of(work: HandedIn, grader: str) -> str:
    """Return a digest of everything that a submission's verdicts depend on but the seed: it and ``grader_digest``."""
    return digest((), work.content, work.unreadable, str(work.timestamp), grader)


def grader_digest(released: NotebookNode, course: Course, rules: object) -> str:
    """Return a digest of all that verdicts on an assignment depend on beside the work, rules by their ``repr``."""
    room = room_of(released)
    mistakes = [_said_by(mistake) for mistake in course.mistakes(room)]
    notebook = json.dumps(released, sort_keys=True)
    return digest(sources_of(room, course), notebook, mistakes, course.contents(room), rules, versions())


def _said_by(mistake: Mistake) -> tuple[str, ...]:
    """Return everything of a mistake but its lines in the catalogue."""
    edits = (text for hunk in mistake.hunks for text in (hunk.old, hunk.new))
    return mistake.id, mistake.exercise, mistake.says, mistake.hint, mistake.read, *edits


@cache
def sources_of(room: str, course: Course) -> tuple[Path, ...]:
    """Return the files of the grader and the course on which a room's verdicts depend."""
    packages = {"autograder": Path(autograder.__file__).parent, course.package: course.folder}
    first = [*(Path(str(module.__file__)) for module in JUDGES), *course.check_files(room), course.file(room)]
    return tuple(sorted(imported_by(first, packages)))
