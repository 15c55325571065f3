"""Copies in disguise are shown as similar, and work that was done alone is not."""

import ast
import random
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import rooms
from autograder.course import Course
from autograder.instructor.authoring.right_answers import right_answers
from autograder.instructor.reports.code_tokens import code_tokens
from autograder.instructor.reports.public_code import public_code
from autograder.instructor.reports.similar import MIN_EVIDENCE, WINDOW, K, fingerprints, rarity, similar_pairs
from tests.instructor.reports.classes import independent_answers

NAMING = ("id", "attr", "arg", "name")


# What students do to a copy so that it looks like their own, as changes of a program's syntax tree


Disguise = Callable[[ast.Module], None]


def disguised(source: str, *disguises: Disguise) -> str:
    """Return a program in disguise; its comments, line breaks and needless brackets are lost in any case."""
    tree = ast.parse(source)
    for disguise in disguises:
        disguise(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def renamed(tree: ast.Module) -> None:
    """Give all that the program names another name, and all that it says another wording."""
    own = {
        str(getattr(node, field, ""))
        for node in ast.walk(tree)
        if isinstance(getattr(node, "ctx", ast.Store()), ast.Store) and not isinstance(node, ast.alias | ast.keyword)
        for field in NAMING
    }
    for node in ast.walk(tree):
        for field in NAMING:
            if (name := getattr(node, field, None)) in own and not name.startswith("__"):
                setattr(node, field, f"my_{name[::-1]}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = node.value[::-1]


def reordered(tree: ast.Module) -> None:
    """Put the definitions in reverse order, and so the methods of each class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            defined = [line for line in node.body if isinstance(line, ast.FunctionDef | ast.ClassDef)]
            node.body = [*(line for line in node.body if line not in defined), *reversed(defined)]


def annotated(tree: ast.Module) -> None:
    """Give each function a docstring, and types to its arguments and result."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = ast.Name("object")
        elif isinstance(node, ast.FunctionDef):
            node.returns = ast.Name("object")
            node.body.insert(0, ast.Expr(ast.Constant("Do it.")))


def with_dead_lines(tree: ast.Module) -> None:
    """Begin each function with a line that does nothing, and put another one behind its first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            begin, count = ast.parse("calls = 0\ncalls = calls + 1").body
            node.body[:1] = [begin, node.body[0], count]


# Of which right answer, and how.
COPIES: Mapping[tuple[str, str], Sequence[Disguise]] = {
    ("approximation", "table"): [renamed, reordered, annotated, with_dead_lines],
    ("deployment", "torch_only"): [renamed, reordered],
    ("dropout", "numpy_style"): [renamed, annotated],
    ("layers", "addmm"): [renamed],
    ("layers", "straight"): [renamed, reordered],
    ("layers", "stored_sizes"): [renamed, reordered, annotated],
    ("layers", "vectors"): [renamed, with_dead_lines],
    ("optimizer", "einsum"): [renamed, reordered, with_dead_lines],
    ("training", "loops"): [renamed, reordered, annotated, with_dead_lines],
}
ADDMM = next(answer.source for answer in right_answers(Course.installed(), "layers") if answer.name == "addmm")
DISGUISED = disguised(ADDMM, renamed)


def words(source: str) -> list[list[str]]:
    return [[token.text for token in piece] for piece in code_tokens(source)]


def test_a_program_is_read_up_to_a_sign_that_is_no_python_however_many_spaces_are_before_it() -> None:
    assert words(f"return x{' ' * 20_000}$ + 1") == words("return x")


@pytest.mark.parametrize("room", rooms())
def test_disguised_copies_are_shown_and_honest_solutions_are_not(room: str, course: Course) -> None:
    honest = {answer.name: answer.source for answer in right_answers(course, room)}
    assert len(honest) > 5
    honest["the reference"] = course.source(room)
    copied = {name: how for (where, name), how in COPIES.items() if where == room}
    copies = {f"copy of {name}": disguised(honest[name], *how) for name, how in copied.items()}
    answers = {name: {room: source} for name, source in (honest | copies).items()}
    shown = {pair.students for pair in similar_pairs(answers, public_code(course, room))}
    assert {frozenset(pair) for pair in shown} == {frozenset((name, f"copy of {name}")) for name in copied}


@pytest.mark.parametrize("size", [30, 200])
def test_in_a_class_that_works_alone_only_two_copies_are_a_pair(size: int, course: Course) -> None:
    rng = random.Random(size + 1)  # at some seeds two of thirty come upon the same
    answers = {str(student): independent_answers(rng) for student in range(size)}
    answers |= {"one": {"layers-Linear": ADDMM}, "other": {"layers-Linear": DISGUISED}}
    (pair,) = similar_pairs(answers, public_code(course, "layers"))
    assert pair.students == ("one", "other")
    assert pair.share > 0.8


def test_two_copies_of_the_book_are_no_pair(course: Course) -> None:
    both = {exercise.name: exercise.source for exercise in course.exercises("layers")}
    assert similar_pairs({"one": both, "other": both}, public_code(course, "layers"), 0, 0) == []


def test_evidence_adds_up_over_the_exercises_of_an_assignment() -> None:
    parts = ADDMM.split("\n\n\nclass ")
    whole = {"one": dict(enumerate(parts)), "other": dict(enumerate(parts))}
    alone = {"one": {0: parts[1]}, "other": {0: parts[1]}}
    (together,), (single,) = (similar_pairs(answers, (), 0, 0) for answers in (whole, alone))  # type: ignore[arg-type]
    assert together.evidence > single.evidence > 0


def test_a_common_passage_counts_less() -> None:
    assert [rarity(2, 2), rarity(2, 100), rarity(100, 100)] == [1, 1, 0]
    assert 1 > rarity(3, 100) > rarity(10, 100) > rarity(50, 100) > 0


def test_an_unusual_passage_that_thirty_share_still_makes_pairs() -> None:
    rng = random.Random(2)
    answers = {str(student): independent_answers(rng) for student in range(150)}
    answers |= {f"copy {at}": {"layers-Linear": ADDMM} for at in range(30)}
    pairs = [pair for pair in similar_pairs(answers, ()) if all("copy" in student for student in pair.students)]
    assert len(pairs) == 30 * 29 // 2
    assert min(pair.evidence for pair in pairs) >= MIN_EVIDENCE


def test_names_texts_numbers_comments_annotations_and_layout_do_not_count() -> None:
    plain = 'def f(a, b):\n    return a.sum(dim=1) * 2 + len("x")\n'
    changed = (
        'def other(p: int, q: "Tensor") -> float:\n    """Say it."""\n    # why\n'
        '    return (p.sum(axis=7)\n        * 5 + len(f"{q}"))\n'
    )
    assert words(plain) == words(changed)


@pytest.mark.parametrize("name", ["é", "\ufefb" * 4, "\u01c6" * 40])
def test_an_annotation_does_not_count_whatever_the_parser_makes_of_the_name_before_it(name: str) -> None:
    assert words(f"def f({name}:\n int, b: list[int]): pass") == words("def f(a, b): pass")


def test_names_of_a_library_count() -> None:
    assert words("y = torch.einsum(x)") != words("y = torch.matmul(x)")
    assert words("import torch as t\ny = t.einsum(x)")[0][-6:] == words("import torch\nq = torch.einsum(z)")[0][-6:]


def test_the_order_of_methods_does_not_count() -> None:
    first = "class A:\n    def one(self, x):\n        return x.sum(1) + x.mean(2) * x.std(3)\n"
    second = "    def two(self, x):\n        return x.min(1) - x.max(2) * x.abs() - x.exp()\n"
    head, body = first.split("\n", 1)
    assert fingerprints(f"{head}\n{body}{second}") == fingerprints(f"{head}\n{second}{body}")


@pytest.mark.parametrize(
    "source", ["def f(:\n", "x = '", "%matplotlib inline\nx = 1", "\x00", "x = (((((", "\ud800", "é = 1"]
)
def test_a_broken_program_is_compared_up_to_its_error(source: str) -> None:
    assert similar_pairs({"one": {"a": source}, "other": {"a": source}}, (), 0.1, 0) == []


@given(st.integers(0, 40), st.integers(0, 10_000))
def test_a_shared_run_as_long_as_a_run_and_a_window_is_found(before: int, seed: int) -> None:
    rng = random.Random(seed)
    shared = " + ".join(f"x.f{rng.randrange(10**6)}" for _ in range((K + WINDOW) // 4 + 2))
    alone = " - ".join(f"x.g{rng.randrange(10**6)}" for _ in range(before))
    answers = {"one": {"a": f"y = {shared}\n"}, "other": {"a": f"z = {alone}0\ny = {shared}\n"}}
    assert similar_pairs(answers, (), 0, 0)


def test_winnowing_is_the_same_in_every_process() -> None:
    code = (
        "from autograder.instructor.reports.similar import work_of; "
        f"print([passage.first for passage in work_of({{'a': {ADDMM!r}}}, ()).passages])"
    )
    line = [sys.executable, "-c", code]
    assert len({subprocess.run(line, capture_output=True, check=True).stdout for _ in range(2)}) == 1
