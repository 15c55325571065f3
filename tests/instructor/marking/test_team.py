"""The table of markers, and an even split of answers."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.course.files import TableError
from autograder.instructor.marking.team import Marker, QuestionKey, Team, read_markers

LAYERS, DROPOUT = QuestionKey("2-layers", "layers-written"), QuestionKey("3-dropout", "dropout-written")


def read(tmp_path: Path, text: str) -> dict[str, list[QuestionKey]]:
    path = tmp_path / "markers.csv"
    path.write_text(text, encoding="utf-8")
    questions = [LAYERS, DROPOUT]
    markers = read_markers(path, questions, {"A", "B"})
    return {marker.name: [question for question in questions if marker.may_mark(question, "A")] for marker in markers}


def test_empty_cells_mean_all_and_semicolons_stand_between_several(tmp_path: Path) -> None:
    lines = "bob,,\neve,A; B,2-layers\nann,B,\njim,A,dropout-written;2-layers\n"
    questions = read(tmp_path, "marker,section,question\n" + lines)
    assert questions == {"bob": [LAYERS, DROPOUT], "eve": [LAYERS], "ann": [], "jim": [LAYERS, DROPOUT]}


def test_a_list_of_names_is_enough_and_without_a_table_there_are_no_markers(tmp_path: Path) -> None:
    assert read(tmp_path, "Marker\nbob\neve\n").keys() == {"bob", "eve"}
    assert read_markers(tmp_path / "nothing", [LAYERS], set()) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no markers: write a line for each, or delete it to mark alone"),
        ("name\nbob\n", "lacks a column: its columns are marker, section, question"),
        ("marker\nbob\nBob\n", "line 3: Bob stands above already"),
        ("marker\ninstructor\n", "line 2: 'instructor' cannot name a marker"),
        ("marker,section\nbob,C\n", "line 2: there is no section 'C': there are A, B"),
        ("marker,question\nbob,4-optimizer\n", "line 2: there is no question '4-optimizer': there are 2-layers,"),
    ],
)
def test_a_wrong_line_is_refused_by_its_number(text: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(TableError) as refused:
        read(tmp_path, text)
    assert reason in str(refused.value)


@given(st.lists(st.sampled_from(["A", "B", ""]), max_size=30), st.sets(st.integers(0, 29)))
def test_every_answer_has_a_marker_who_may_mark_it_and_shares_differ_by_one(
    sections: list[str], handed_in: set[int]
) -> None:
    markers = (Marker("ann"), Marker("bob", frozenset("A")), Marker("eve", frozenset("A")))
    team = Team(markers, [LAYERS], {f"student{at}": section for at, section in enumerate(sections)})
    answers = {f"answer{at}": f"student{at}" for at in range(len(sections)) if at in handed_in}
    marker_of = team.split(LAYERS, answers)
    assert marker_of.keys() == answers.keys()
    assert all(marker_of[answer] in team.eligible(LAYERS, student) for answer, student in answers.items())
    loads = Counter(marker_of.values())
    assert abs(loads["bob"] - loads["eve"]) <= 1 and max(loads["bob"], loads["eve"]) <= loads["ann"] + 1
    assert Team(markers[1:], [LAYERS], dict.fromkeys(answers.values(), "B")).split(LAYERS, answers) == {}
