"""The assignment of a file under any name."""

import hashlib
import json

import pytest

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.recognising import NO_NOTEBOOK, recognise
from tests.instructor.collecting.made_downloads import CELLS, entry, notebook

ANSWERS = {assignment: frozenset(cells) for assignment, cells in CELLS.items()}
OTHERS_NOTEBOOK = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
BOTH = json.dumps(
    json.loads(notebook("2-layers"))
    | {"cells": [json.loads(notebook(name))["cells"][0] for name in ("2-layers", "3-dropout")]}
).encode()


def recognised(name: str, content: bytes) -> DownloadedFile:
    return recognise(DownloadedFile(entry(name, content), "test", ()), ANSWERS)


@pytest.mark.parametrize(
    ("name", "content", "assignment", "note"),
    [
        *(
            (name, notebook("2-layers", "class Linear: ..."), "2-layers", "")
            for name in ("2-layers (1).ipynb", "anna_final.ipynb", "2-layers.ipynb.txt", "work", "a.json")
        ),
        ("a byte order mark", b"\xef\xbb\xbf" + notebook(), "2-layers", ""),
        ("2-layers.ipynb", notebook("3-dropout"), "3-dropout", "it is called 2-layers"),
        ("2-layers.ipynb", b"", "2-layers", "is empty"),
        ("2-layers.ipynb", OTHERS_NOTEBOOK, "2-layers", "it holds none of the cells of 2-layers"),
        *(
            ("ada_2-layers (1).ipynb", content, "2-layers", "is not a notebook")
            for content in (b"{", b"{}", notebook()[:100], b"\x00" * 9)
        ),
    ],
)
def test_an_assignment_is_known_by_its_cells_and_else_by_its_name(
    name: str, content: bytes, assignment: str, note: str
) -> None:
    file = recognised(name, content)
    assert (file.assignment, file.digest) == (assignment, hashlib.sha256(content).hexdigest())
    assert file.note.startswith(note) and bool(file.note) == bool(note)


@pytest.mark.parametrize(
    ("name", "content", "note"),
    [
        ("notes.txt", b"hello", NO_NOTEBOOK),
        ("data.json", b'{"a": 1}', NO_NOTEBOOK),
        ("other.ipynb", OTHERS_NOTEBOOK, NO_NOTEBOOK),
        ("12-layers.ipynb", OTHERS_NOTEBOOK, NO_NOTEBOOK),
        ("2-layersish.ipynb", OTHERS_NOTEBOOK, NO_NOTEBOOK),
        ("2-layers.pdf", b"%PDF", NO_NOTEBOOK),
        ("deep.json", b'{"a":' + b"[" * 100_000, NO_NOTEBOOK),
        ("x.ipynb", BOTH, "it holds as much of 2-layers as of 3-dropout"),
    ],
)
def test_a_file_of_no_assignment_or_of_two_is_left_to_a_person(name: str, content: bytes, note: str) -> None:
    file = recognised(name, content)
    assert (file.assignment, file.digest, file.note) == ("", "", note)
