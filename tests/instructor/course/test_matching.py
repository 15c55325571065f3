"""Whose work it is: by id, address or name, and nobody rather than the wrong one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.course.matching import Clue, Directory, any_of
from autograder.instructor.course.roster import Student

ADA = Student("007", "Ada", "Lovelace", "ada@example.org", "101", ("octo-ada", "Countess of Lovelace"))
JOSE = Student("0042", "José", "O'Brien-Núñez", "jose@example.org", "102")
XM = Student("xm", "小明", "王", "", "103")
SOREN = Student("101", "Søren", "Łukasiewicz", "", "104")
CLASS = Directory([ADA, JOSE, XM, SOREN])
NAMES = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("clue", "student"),
    [
        (Clue("id", "007"), ADA),
        (Clue("id", "OCTO-ADA"), ADA),
        (Clue("e-mail", "Ada@Example.org"), ADA),
        (Clue("number", "101"), ADA),
        (Clue("id", "101"), SOREN),
        (Clue("name", "countess of lovelace"), ADA),
        (Clue("name", "Ada Lovelace"), ADA),
        (Clue("name", "LOVELACE, Ada"), ADA),
        (Clue("name", "lovelaceada"), ADA),
        (Clue("name", "obriennúñezjosé"), JOSE),
        (Clue("name", unicodedata.normalize("NFD", "José O’Brien Núñez")), JOSE),
        (Clue("name", "Jose OBrien-Nunez"), JOSE),
        (Clue("name", "王小明"), XM),
        (Clue("name", "小明 王"), XM),
        (Clue("name", "Soren Lukasiewicz"), SOREN),
    ],
    ids=lambda value: value.text if isinstance(value, Clue) else "",
)
def test_a_student_is_found(clue: Clue, student: Student) -> None:
    found = CLASS.find([clue])
    assert (found.student, found.by, found.reason) == (student, clue.kind, "")


@pytest.mark.parametrize(
    "clue",
    [
        Clue("id", "7"),
        Clue("id", "42"),
        Clue("number", "007"),
        Clue("number", "xm"),
        Clue("name", "Ada"),
        Clue("name", "Ada King Lovelace"),
    ],
    ids=lambda clue: f"{clue.kind} {clue.text}",
)
def test_what_only_resembles_a_student_finds_nobody(clue: Clue) -> None:
    assert CLASS.find([clue]).student is None
    assert repr(clue.text) in CLASS.find([clue]).reason


def test_a_name_that_two_have_finds_neither_and_names_both() -> None:
    two = Directory([Student("1", "Ana", "Núñez"), Student("2", "Ana", "Núñez")])
    found = two.find(any_of("Núñez, Ana"))
    assert (found.student, found.reason) == (None, "'Núñez, Ana' fits 1 and 2")


def test_accents_tell_two_apart_where_they_are_written() -> None:
    two = Directory([Student("1", "Ana", "Núñez"), Student("2", "Ana", "Nunez")])
    assert two.find([Clue("name", "Ana Nunez")]).student == Student("2", "Ana", "Nunez")
    assert two.find([Clue("name", "Ana Núñez")]).student == Student("1", "Ana", "Núñez")
    assert two.find([Clue("name", "Ana Núnez")]).student is None


def test_case_tells_ids_apart_only_where_two_differ_by_nothing_else() -> None:
    two = Directory([Student("1", also=("Octo",)), Student("2", also=("octo",))])
    assert two.find([Clue("id", "octo")]).student == Student("2", also=("octo",))
    assert two.find([Clue("id", "OCTO")]).student is None


def test_the_first_clue_that_finds_somebody_decides() -> None:
    assert CLASS.find([Clue("id", "nobody"), Clue("name", "Ada Lovelace"), Clue("id", "xm")]).student == ADA


def test_without_a_clue_nobody_is_found() -> None:
    assert CLASS.find([]).reason == CLASS.find([Clue("name", "")]).reason == "it names nobody"


@given(NAMES, NAMES, st.sampled_from(["{0} {1}", "{1}, {0}", "{1} {0}", "{1}{0}", "{0}_{1}", "{0}-{1}"]), st.booleans())
def test_a_name_is_found_however_it_is_written(first: str, last: str, pattern: str, loud: bool) -> None:
    student = Student("1", first, last)
    written = pattern.format(first, last)
    written = unicodedata.normalize("NFD", written.upper() if loud else written)
    assert Directory([student]).find([Clue("name", written)]).student == student


@given(
    st.lists(st.builds(Student, st.text(min_size=1), NAMES, NAMES, NAMES, NAMES), unique_by=lambda one: one.id),
    st.data(),
)
def test_an_id_finds_its_student_in_any_class(students: list[Student], data: st.DataObject) -> None:
    if students:
        one = data.draw(st.sampled_from(students))
        assert Directory(students).find([Clue("id", one.id)]).student == one


@given(st.lists(st.builds(Student, NAMES, NAMES, NAMES, NAMES), unique_by=lambda one: one.id), st.text())
def test_the_order_of_the_class_changes_no_match(students: list[Student], text: str) -> None:
    forward, backward = Directory(students).find(any_of(text)), Directory(reversed(students)).find(any_of(text))
    assert forward == backward
