"""The table of markers, and a split of answers that is complete, even, and moves no marked one."""

import math
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.course.tables import TableError
from autograder.instructor.marking.state import sample, split
from autograder.instructor.marking.team import QuestionKey, read_markers

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


MARKERS = ("ann", "bob", "eve")
eligibles = st.lists(st.frozensets(st.sampled_from(MARKERS)), max_size=20).map(
    lambda sets: {f"a{at}": who for at, who in enumerate(sets)}
)


@given(eligibles, st.data())
def test_every_answer_has_one_eligible_marker_and_no_move_makes_it_more_even(
    eligible: dict[str, frozenset[str]], data: st.DataObject
) -> None:
    before = {answer: data.draw(st.sampled_from(MARKERS)) for answer in eligible if data.draw(st.booleans())}
    fixed = {answer for answer in before if data.draw(st.booleans())}
    marker_of = split(eligible, before, fixed)
    assert {answer: marker_of[answer] for answer in fixed} == {answer: before[answer] for answer in fixed}
    assert marker_of.keys() == {answer for answer, who in eligible.items() if who} | fixed
    loads = Counter(marker_of.values())
    for answer in marker_of.keys() - fixed:
        assert marker_of[answer] in eligible[answer]
        assert loads[marker_of[answer]] - min(loads[name] for name in eligible[answer]) <= 1


@given(eligibles)
def test_to_split_again_moves_nothing(eligible: dict[str, frozenset[str]]) -> None:
    once = split(eligible, {})
    assert split(eligible, once) == once


@given(
    st.sets(st.integers(0, 50)).map(lambda numbers: {f"a{number}" for number in numbers}), st.floats(0, 100), st.data()
)
def test_a_sample_has_its_size_and_keeps_marked_answers(answers: set[str], percent: float, data: st.DataObject) -> None:
    some = st.sets(st.sampled_from(sorted(answers))) if answers else st.just(set[str]())
    fixed = data.draw(some)
    chosen = fixed | data.draw(some)
    first = {answer: data.draw(st.sampled_from(MARKERS)) for answer in sorted(answers)}
    drawn = sample(first, percent, chosen, fixed)
    wanted = math.ceil(len(answers) * percent / 100 - 1e-9)
    assert len(set(drawn)) == len(drawn) == max(wanted, len(fixed))
    assert fixed <= set(drawn) <= answers
    assert chosen <= set(drawn) or set(drawn) <= chosen


@given(st.integers(1, 5), st.integers(1, 20), st.floats(0, 100))
def test_a_sample_has_equally_many_answers_of_every_marker_but_for_one(
    markers: int, answers: int, percent: float
) -> None:
    first = {f"a{at}": f"m{at % markers}" for at in range(markers * answers)}
    counts = Counter(first[answer] for answer in sample(first, percent, (), ()))
    assert max(counts.values(), default=0) - min(counts[f"m{at}"] for at in range(markers)) <= 1
