"""Which assignment a file is, whatever it is called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.instructor.collecting.archive import opened
from autograder.instructor.collecting.recognising import NO_NOTEBOOK, Assignments, Recognised
from autograder.instructor.course.folder import CourseFolder
from tests.instructor.collecting.downloads import notebook

OTHERS_NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@pytest.fixture(scope="module")
def assignments(empty_course: Path) -> Assignments:
    return Assignments.of(CourseFolder(empty_course))


def recognised(assignments: Assignments, tmp_path: Path, name: str, content: bytes) -> Recognised:
    (tmp_path / name).write_bytes(content)
    with opened(tmp_path / name) as (entry,):
        return assignments.recognise(entry)


@pytest.mark.parametrize(
    "name",
    [
        "2-layers.ipynb",
        "2-layers (1).ipynb",
        "2-layers-2.ipynb",
        "anna_final.ipynb",
        "2-layers.ipynb.txt",
        "work",
        "a.json",
    ],
)
def test_a_notebook_is_known_by_its_cells(name: str, assignments: Assignments, tmp_path: Path) -> None:
    content = notebook("2-layers", "class Linear: ...")
    assert recognised(assignments, tmp_path, name, content) == Recognised("2-layers", content)


def test_a_notebook_that_is_called_after_another_assignment_is_what_its_cells_are(
    assignments: Assignments, tmp_path: Path
) -> None:
    found = recognised(assignments, tmp_path, "2-layers.ipynb", notebook("3-dropout"))
    assert (found.assignment, found.note) == ("3-dropout", "it is called 2-layers")


def test_a_byte_order_mark_is_no_matter(assignments: Assignments, tmp_path: Path) -> None:
    assert recognised(assignments, tmp_path, "x", b"\xef\xbb\xbf" + notebook()).assignment == "2-layers"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{}", notebook()[:100], b"\x00" * 9], ids=["empty", "{", "{}", "cut", "zeros"]
)
def test_what_is_called_after_an_assignment_and_broken_is_collected_and_said(
    content: bytes, assignments: Assignments, tmp_path: Path
) -> None:
    found = recognised(assignments, tmp_path, "ada_2-layers (1).ipynb", content)
    assert (found.assignment, found.content) == ("2-layers", content)
    assert found.note.startswith("is not a notebook")


def test_a_notebook_without_cells_of_the_course_counts_by_its_name(assignments: Assignments, tmp_path: Path) -> None:
    found = recognised(assignments, tmp_path, "2-layers.ipynb", OTHERS_NOTEBOOK)
    assert (found.assignment, found.note) == ("2-layers", "it holds none of the cells of 2-layers")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"hello"),
        ("data.json", b'{"a": 1}'),
        ("other.ipynb", OTHERS_NOTEBOOK),
        ("12-layers.ipynb", OTHERS_NOTEBOOK),
        ("2-layersish.ipynb", OTHERS_NOTEBOOK),
        ("2-layers.pdf", b"%PDF"),
        ("deep.json", b'{"a":' + b"[" * 100_000),
    ],
)
def test_what_is_no_notebook_of_the_course_is_said(
    name: str, content: bytes, assignments: Assignments, tmp_path: Path
) -> None:
    assert recognised(assignments, tmp_path, name, content) == Recognised("", note=NO_NOTEBOOK)


def test_a_notebook_of_two_assignments_is_left_to_a_person(assignments: Assignments, tmp_path: Path) -> None:
    both = json.loads(notebook("2-layers"))
    both["cells"] = both["cells"][:1] + json.loads(notebook("3-dropout"))["cells"]
    found = recognised(assignments, tmp_path, "x.ipynb", json.dumps(both).encode())
    assert (found.assignment, found.note) == ("", "it holds as much of 2-layers as of 3-dropout")
