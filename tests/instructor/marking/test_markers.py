"""The table of markers: what a line says, and what is refused with the line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.instructor.course.tables import TableError
from autograder.instructor.marking.markers import Question, read_markers

LAYERS, DROPOUT = Question("2-layers", "layers-written"), Question("3-dropout", "dropout-written")


def read(tmp_path: Path, text: str) -> dict[str, list[Question]]:
    path = tmp_path / "markers.csv"
    path.write_text(text, encoding="utf-8")
    found = read_markers(path, [LAYERS, DROPOUT], {"A", "B"})
    return {one.name: [question for question in (LAYERS, DROPOUT) if one.may_mark(question, "A")] for one in found}


def test_empty_cells_mean_all_and_semicolons_stand_between_several(tmp_path: Path) -> None:
    lines = "bob,,\neve,A; B,2-layers\nann,B,\njim,A,dropout-written;2-layers\n"
    found = read(tmp_path, "marker,section,question\n" + lines)
    assert found == {"bob": [LAYERS, DROPOUT], "eve": [LAYERS], "ann": [], "jim": [LAYERS, DROPOUT]}


def test_a_list_of_names_will_do_and_no_table_is_nobody(tmp_path: Path) -> None:
    assert read(tmp_path, "Marker\nbob\neve\n").keys() == {"bob", "eve"}
    assert read_markers(tmp_path / "nothing", [LAYERS], set()) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "names nobody: write a line for each marker, or delete it to mark alone"),
        ("name\nbob\n", "lacks a column: its columns are marker, section, question"),
        ("marker\nbob\nBob\n", "line 3: Bob stands above already"),
        ("marker\ninstructor\n", "line 2: 'instructor' is no name for a marker"),
        ("marker,section\nbob,C\n", "line 2: there is no section 'C': there are A, B"),
        ("marker,question\nbob,4-optimizer\n", "line 2: there is no question '4-optimizer': there are 2-layers,"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_line(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(TableError) as refused:
        read(tmp_path, text)
    assert reason in str(refused.value)
