"""The stub on an exercise's card: what is too long for the page is broken, and nothing else is changed."""

import ast
import inspect
import re

import pytest

from autograder.checks import rooms
from autograder.course import Course
from autograder.exercises import Exercise
from book.exercises import WIDTH, narrowed

COURSE = Course.installed()
EACH_STUB = pytest.mark.parametrize(
    "exercise", [exercise for room in rooms() for exercise in COURSE.exercises(room)], ids=lambda exercise: exercise.id
)
STUB = '''
def f(x, y):
    """Say it.

    Colon: {long}

    Args:
        x: {long}
            more.
        y: {long}

    - one
    - {long}

    Raises:
        ValueError: it is short.
        TypeError: {long}
    """
    return "{long}"
'''.strip()


def documented(source: str) -> list[ast.ClassDef | ast.FunctionDef]:
    """The classes and functions in a text that have a docstring."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef | ast.FunctionDef)]
    return [node for node in nodes if ast.get_docstring(node)]


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
    for node in documented(source):
        section = ""
        for line in inspect.cleandoc(ast.get_docstring(node) or "").splitlines():
            if line and not line.startswith(" "):
                section = line.removesuffix(":") if re.fullmatch(r"(Args|Attributes|Raises|Returns):", line) else ""
            elif entry := re.match(r"    (\w+): " if section != "Returns" else r"    (\S+)", line):
                if section:
                    found.append((node.name, section, entry[1]))
                section = "" if section == "Returns" else section  # what goes on below may begin with any word
    return found


@EACH_STUB
def test_a_stub_on_a_card_differs_from_its_source_in_white_space_alone(exercise: Exercise) -> None:
    assert "".join(narrowed(exercise.stub).split()) == "".join(exercise.stub.split())


@EACH_STUB
def test_a_stub_on_a_card_is_the_same_python_and_its_docstrings_have_the_same_words(exercise: Exercise) -> None:
    assert in_words(narrowed(exercise.stub)) == in_words(exercise.stub)


@EACH_STUB
def test_each_argument_attribute_error_and_result_begins_its_own_line_on_a_card(exercise: Exercise) -> None:
    assert entries(narrowed(exercise.stub)) == entries(exercise.stub)


@EACH_STUB
def test_no_line_of_a_stub_is_wider_than_its_card(exercise: Exercise) -> None:
    assert [line for line in narrowed(exercise.stub).splitlines() if len(line) > WIDTH] == []


@EACH_STUB
def test_a_stub_is_broken_only_where_a_line_is_too_long(exercise: Exercise) -> None:
    """A paragraph or a heading that fits keeps its lines."""
    shown = narrowed(exercise.stub)
    for paragraph in exercise.stub.split("\n\n"):
        if all(len(line) <= WIDTH for line in paragraph.splitlines()):
            assert paragraph in shown


def test_an_entry_that_is_broken_hangs_below_its_name_and_a_paragraph_does_not() -> None:
    long = "word " * 20 + "end"
    source = STUB.format(long=long)
    shown = narrowed(source)
    assert "\n    Colon: word word" in shown and "\n    word " in shown
    assert "\n        x: word" in shown and "\n        y: word" in shown
    assert "\n    - one\n    - word" in shown and "\n      word" in shown
    assert "\n        ValueError: it is short.\n        TypeError: word" in shown and "\n            word" in shown
    assert shown.splitlines()[-2:] == source.splitlines()[-2:]
    assert narrowed(shown) == shown
