"""Which submissions are shown as similar, and which not; ``similarity.py`` prints the numbers."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import rooms
from autograder.course import Course
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.reports.code_tokens import code_tokens
from autograder.instructor.reports.public_code import earlier_answers, public_code
from autograder.instructor.reports.similar import MIN_EVIDENCE, WINDOW, K, fingerprints, rarity, similar_pairs
from autograder.notebooks.graft import MAX_ANSWER_CHARACTERS
from tests.instructor.reports.classes import independent_answers
from tests.instructor.reports.similarity import ADDMM, DISGUISED, measured


def words(source: str) -> list[list[str]]:
    return [[token.text for token in piece] for piece in code_tokens(source)]


@pytest.mark.parametrize("room", rooms())
def test_no_two_honest_solutions_are_shown(room: str) -> None:
    one = measured(room)
    assert not [pair for pair in one.shown() if set(pair.students) <= set(one.honest)]


def test_more_than_forty_honest_solutions_are_tried() -> None:
    assert sum(len(measured(room).honest) for room in rooms()) > 40


@pytest.mark.parametrize("room", rooms())
def test_every_disguised_copy_is_shown_beside_its_original(room: str) -> None:
    one = measured(room)
    assert one.copies and set(one.found()) == set(one.copies)


@pytest.mark.parametrize("room", rooms())
def test_a_copy_is_shown_beside_nobody_but_its_original(room: str) -> None:
    one = measured(room)
    shown = [pair.students for pair in one.shown()]
    assert all(one.copies.get(a) == b or one.copies.get(b) == a for a, b in shown)


@pytest.mark.parametrize("size", [30, 200])
def test_a_class_that_chooses_alone_among_the_usual_ways_has_no_pair(size: int, course: Course) -> None:
    rng = random.Random(size)
    answers = {str(student): independent_answers(rng) for student in range(size)}
    assert similar_pairs(answers, public_code(course, "layers")) == []


def test_two_copies_are_found_in_a_large_class(course: Course) -> None:
    rng = random.Random(1)
    answers = {str(student): independent_answers(rng) for student in range(150)}
    answers |= {"one": {"layers-Linear": ADDMM}, "other": {"layers-Linear": DISGUISED}}
    (pair,) = similar_pairs(answers, public_code(course, "layers"))
    assert pair.students == ("one", "other")
    assert pair.share > 0.8


def test_two_who_hand_in_what_the_book_says_are_no_pair(course: Course) -> None:
    both = {"layers": course.source("layers")}
    assert similar_pairs({"one": both, "other": both}, public_code(course, "layers"), 0, 0) == []


def test_evidence_adds_up_over_the_exercises_of_an_assignment() -> None:
    parts = ADDMM.split("\n\n\nclass ")
    whole = {"one": dict(enumerate(parts)), "other": dict(enumerate(parts))}
    alone = {"one": {0: parts[1]}, "other": {0: parts[1]}}
    (together,), (single,) = (similar_pairs(answers, (), 0, 0) for answers in (whole, alone))  # type: ignore[arg-type]
    assert together.evidence > single.evidence > 0


def test_what_many_have_counts_less() -> None:
    assert [rarity(2, 2), rarity(2, 100), rarity(100, 100)] == [1, 1, 0]
    assert 1 > rarity(3, 100) > rarity(10, 100) > rarity(50, 100) > 0


def test_an_unusual_passage_that_thirty_share_still_makes_pairs() -> None:
    rng = random.Random(2)
    answers = {str(student): independent_answers(rng) for student in range(150)}
    answers |= {f"copy {at}": {"layers-Linear": ADDMM} for at in range(30)}
    pairs = similar_pairs(answers, ())
    assert len(pairs) == 30 * 29 // 2
    assert min(pair.evidence for pair in pairs) >= MIN_EVIDENCE


def test_names_texts_numbers_comments_annotations_and_layout_do_not_count() -> None:
    plain = 'def f(a, b):\n    return a.sum(dim=1) * 2 + len("x")\n'
    changed = (
        'def other(p: int, q: "Tensor") -> float:\n    """Say it."""\n    # why\n'
        '    return (p.sum(axis=7)\n        * 5 + len(f"{q}"))\n'
    )
    assert words(plain) == words(changed)


def test_what_is_taken_from_a_library_does_count() -> None:
    assert words("y = torch.einsum(x)") != words("y = torch.matmul(x)")
    assert words("import torch as t\ny = t.einsum(x)")[0][-6:] == words("import torch\nq = torch.einsum(z)")[0][-6:]


@pytest.mark.parametrize("line", ["1\n", "x:int=1\n", "x:int=1;", "def f(a:int)->int:0\n"])
def test_an_answer_of_nothing_but_what_does_not_count_is_read_as_fast_as_any(line: str) -> None:
    """A hundred thousand such stretches: to look through them for each token took the better part of an hour."""
    answer = line * (MAX_ANSWER_CHARACTERS // len(line))
    assert {text for piece in words(answer) for text in piece} <= {"name", "0", "=", ":", "def"}


def test_the_order_of_methods_does_not_count() -> None:
    first = "class A:\n    def one(self, x):\n        return x.sum(1) + x.mean(2) * x.std(3)\n"
    second = "    def two(self, x):\n        return x.min(1) - x.max(2) * x.abs() - x.exp()\n"
    head, body = first.split("\n", 1)
    assert fingerprints(f"{head}\n{body}{second}") == fingerprints(f"{head}\n{second}{body}")


@pytest.mark.parametrize(
    "source", ["def f(:\n", "x = '", "%matplotlib inline\nx = 1", "\x00", "x = (((((", "\ud800", "é = 1"]
)
def test_what_is_no_program_is_compared_as_far_as_it_goes(source: str) -> None:
    assert similar_pairs({"one": {"a": source}, "other": {"a": source}}, (), 0.1, 0) == []


@given(st.integers(0, 40), st.integers(0, 10_000))
def test_whatever_is_as_long_as_a_run_and_a_window_is_found(before: int, seed: int) -> None:
    rng = random.Random(seed)
    shared = " + ".join(f"x.f{rng.randrange(10**6)}" for _ in range((K + WINDOW) // 4 + 2))
    other = " - ".join(f"x.g{rng.randrange(10**6)}" for _ in range(before))
    answers = {"one": {"a": f"y = {shared}\n"}, "other": {"a": f"z = {other}0\ny = {shared}\n"}}
    assert similar_pairs(answers, (), 0, 0)


def test_what_is_kept_does_not_change_from_run_to_run() -> None:
    code = (
        "from autograder.instructor.reports.similar import work_of; "
        f"print([passage.first for passage in work_of({{'a': {ADDMM!r}}}, ()).passages])"
    )
    line = [sys.executable, "-c", code]
    assert len({subprocess.run(line, capture_output=True, check=True).stdout for _ in range(2)}) == 1


# Another term


def hand_in(folder: Path, student: str, source: str, name: str = "2-layers.ipynb") -> None:
    marked = {"nbgrader": {"grade_id": "layers-Linear", "solution": True, "grade": False, "schema_version": 3}}
    cells = [nbformat.v4.new_code_cell("import torch"), nbformat.v4.new_code_cell(source, metadata=marked)]
    path = folder / "submitted" / student / "2-layers" / name
    path.parent.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_answers_are_read_by_student_and_nothing_else_of_the_folder(tmp_path: Path) -> None:
    hand_in(tmp_path, "eve", "x = 1")
    hand_in(tmp_path, "bob", "x = 2", "my own name.ipynb")
    broken = tmp_path / "submitted" / "zoe" / "2-layers"
    broken.mkdir(parents=True)
    (broken / "2-layers.ipynb").write_text("no notebook")
    assert earlier_answers(tmp_path, "2-layers") == {
        "last term: bob": {"layers-Linear": "x = 2"},
        "last term: eve": {"layers-Linear": "x = 1"},
    }
    assert earlier_answers(tmp_path, "3-dropout") == {}


def test_a_folder_that_is_no_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseFolderError, match="holds no submitted/"):
        earlier_answers(tmp_path, "2-layers")
