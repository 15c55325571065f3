"""A class as large as you like: who they are, and what they hand in."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from autograder.course import Course
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import GradingRecord, write_record
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook import CourseGradebook
from autograder.mistakes import Mistake
from autograder.notebooks.fill import exercise_cells, fill
from autograder.notebooks.graft import grade_id_of, is_written, read_notebook, room_of
from sample_class.the_ten import HERE, RIGHT, ROOM, answers

FIRST_NAMES = ["José", "Robert", "Ольга", "小明", "Anna", "Mehmet", "Amina", "Jürgen", "Siobhán", "Łukasz", "Ngozi"]
LAST_NAMES = ["O'Brien-Núñez", 'Smith "Bob"', "Иванова", "王", "van der Berg", "Öztürk", "García Márquez"]
# Who does what, of a hundred; the rest hands in nothing.
ALL_RIGHT, SOME_WRONG, NOT_BEGUN, HANGS, CRASHES = 40, 45, 5, 1, 1


def students(count: int) -> list[Student]:
    """Return the class; the first is ada."""
    pairs = len(FIRST_NAMES) * len(LAST_NAMES)
    named = [
        _student(at, f"{at:05}", FIRST_NAMES[at % 11], f"{LAST_NAMES[at % 7]} {roman(at // pairs)}".strip())
        for at in range(1, count)
    ]
    return [_student(0, "ada", "Ada", "Lovelace"), *named]


def _student(at: int, identity: str, first_name: str, last_name: str) -> Student:
    return Student(identity, first_name, last_name, f"{identity}@example.org", str(1000 + at))


def roman(number: int) -> str:
    """Return a small number in Roman numerals, as people are told apart who share a name."""
    return "I" * number if number < 4 else "IV" if number == 4 else "V" + roman(number - 5)


def handed_in(student: Student, released: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """Return what a student hands in, the same each time: each answer from somebody's file; None for nothing."""
    draw = random.Random(student.id)
    kind = 0 if student.id == "ada" else draw.randrange(100)
    if kind < ALL_RIGHT:
        return assembled(released, [], draw)
    if kind < (so_far := ALL_RIGHT + SOME_WRONG):
        return assembled(released, draw.sample(Course.installed().mistakes(ROOM), draw.choice([1, 1, 2])), draw)
    if kind < (so_far := so_far + NOT_BEGUN):
        return nbformat.from_dict(released)
    if kind < so_far + HANGS + CRASHES:
        author = "frances" if kind == so_far else "hedy"
        return fill(released, answers(ROOM)[author]).notebook
    return None


def assembled(released: nbformat.NotebookNode, mistakes: list[Mistake], draw: random.Random) -> nbformat.NotebookNode:
    """Return the notebook with an answer to each exercise and a written one.

    Answers are the reference's with its mistake, where there is one, else from somebody who is right, in a style that
    was drawn.
    """
    source, filled = Course.installed().source(ROOM), nbformat.from_dict(released)
    right = [answers(ROOM)[student] for student in RIGHT]
    spoiled = {mistake.exercise: mistake.apply(source) for mistake in mistakes}
    for name, cell in exercise_cells(filled).items():
        text = spoiled.get(name) or draw.choice([source, *right])
        cell.source = exercise_cells(fill(released, text).notebook)[name].source
    essay = draw.choice(sorted((HERE / ROOM).glob("*.md")))
    next(filter(is_written, filled.cells)).source = essay.read_text(encoding="utf-8")
    return filled


def grade_written(root: Path, assignment: str, texts: Mapping[str, str]) -> None:
    """Hand in a released notebook for each student with a written answer alone, and record it as graded."""
    folder = CourseFolder(root)
    released = read_notebook(folder.released(assignment))
    with CourseGradebook(folder) as gradebook:
        for student, text in texts.items():
            notebook = nbformat.from_dict(released)
            cell = next(filter(is_written, notebook.cells))
            blank = frozenset([str(grade_id_of(cell))]) if cell.source == text else frozenset[str]()
            cell.source = text
            by_cell, target = {str(grade_id_of(cell)): text}, folder.autograded(student, assignment)
            for file in (folder.submission(student, assignment).notebook, target):
                file.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(nbformat.writes(notebook), encoding="utf-8")
            write_record(
                target, GradingRecord(room_of(released), answers=by_cell, blank=blank, graded=datetime.now(UTC))
            )
        update_gradebook(folder, Course.installed(), gradebook)
