"""The stub on an exercise's card: what is too long for the page is broken, and nothing else is changed."""

import ast
import inspect
import re

import pytest

from autograder.checks import rooms
from autograder.course import Course
from autograder.exercises import Exercise
from book.exercise_cards import WIDTH, narrowed

COURSE = Course.installed()


def in_words(source: str) -> str:
    """The syntax tree of a text, in which docstrings are their words and no more."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value.value = " ".join(str(node.value.value).split())
    return ast.dump(tree)


def entries(source: str) -> list[tuple[str, str, str]]:
    """Each entry of each docstring: whose it is, its section, and the word that begins its line."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            continue
        section = ""
        for line in inspect.cleandoc(ast.get_docstring(node) or "").splitlines():
            if line and not line.startswith(" "):
                section = line.removesuffix(":") if re.fullmatch(r"(Args|Attributes|Raises|Returns):", line) else ""
            elif entry := re.match(r"    (\w+): " if section != "Returns" else r"    (\S+)", line):
                if section:
                    found.append((node.name, section, entry[1]))
                section = "" if section == "Returns" else section  # what goes on below may begin with any word
    return found


@pytest.mark.parametrize(
    "exercise", [exercise for room in rooms() for exercise in COURSE.exercises(room)], ids=lambda exercise: exercise.id
)
def test_a_stub_on_a_card_is_the_same_python_and_is_broken_only_where_a_line_is_too_long(exercise: Exercise) -> None:
    """The same words; each argument, attribute, error and result begins its own line; what fits keeps its lines."""
    shown = narrowed(exercise.stub)
    assert in_words(shown) == in_words(exercise.stub)
    assert entries(shown) == entries(exercise.stub)
    assert [line for line in shown.splitlines() if len(line) > WIDTH] == []
    for paragraph in exercise.stub.split("\n\n"):
        if all(len(line) <= WIDTH for line in paragraph.splitlines()):
            assert paragraph in shown
