"""Students found by id, address or name, and nobody rather than the wrong one."""

import ast
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.course.directory import Clue, Directory, UnknownStudent, any_of
from autograder.instructor.course.roster import Student
from tests.commands import ROOT

ADA = Student("007", "Ada", "Lovelace", "ada@example.org", "101", ("octo-ada", "Countess of Lovelace"))
JOSE = Student("0042", "José", "O'Brien-Núñez", "jose@example.org", "102")
XM = Student("xm", "小明", "王", "", "103")
SOREN = Student("101", "Søren", "Łukasiewicz", "", "104")
MAIL = Student("m@example.org", also=("m.l@example.org",))
CLASS = Directory([ADA, JOSE, XM, SOREN, MAIL])
NAMES = st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("clue", "student"),
    [
        (Clue("id", "007"), ADA),
        (Clue("id", "OCTO-ADA"), ADA),
        (Clue("e-mail", "Ada@Example.org"), ADA),
        (Clue("e-mail", "M@example.org"), MAIL),
        (Clue("e-mail", "m.l@example.org"), MAIL),
        (Clue("number", "101"), ADA),
        (Clue("id", "101"), SOREN),
        (Clue("name", "countess of lovelace"), ADA),
        (Clue("name", "Ada Lovelace"), ADA),
        (Clue("name", "lovelaceada"), ADA),
        (Clue("name", "obriennúñezjosé"), JOSE),
        (Clue("name", unicodedata.normalize("NFD", "José O’Brien Núñez")), JOSE),
        (Clue("name", "Jose OBrien-Nunez"), JOSE),
        (Clue("name", "Soren Lukasiewicz"), SOREN),
    ],
    ids=lambda value: value.text if isinstance(value, Clue) else "",
)
def test_a_student_is_found(clue: Clue, student: Student) -> None:
    match = CLASS.find([clue])
    assert (match.student, match.by, match.reason) == (student, clue.kind, "")


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
def test_a_clue_that_only_resembles_a_student_finds_nobody(clue: Clue) -> None:
    assert CLASS.find([clue]).student is None
    assert repr(clue.text) in CLASS.find([clue]).reason


@pytest.mark.parametrize(
    ("students", "text", "student_id"),
    [
        ([Student("1", "Ana", "Núñez"), Student("2", "Ana", "Núñez")], "Núñez, Ana", None),
        ([Student("1", "Ana", "Núñez"), Student("2", "Ana", "Nunez")], "Ana Núñez", "1"),
        ([Student("1", "Ana", "Núñez"), Student("2", "Ana", "Nunez")], "Ana Nunez", "2"),
        ([Student("1", "Ana", "Núñez"), Student("2", "Ana", "Nunez")], "Ana Núnez", None),
        ([Student("1", also=("Octo",)), Student("2", also=("octo",))], "octo", "2"),
        ([Student("1", also=("Octo",)), Student("2", also=("octo",))], "OCTO", None),
    ],
)
def test_accents_and_case_tell_two_students_apart_only_as_they_are_written(
    students: list[Student], text: str, student_id: str | None
) -> None:
    match = Directory(students).find(any_of(text))
    assert (match.student.id if match.student else None) == student_id
    assert match.reason == ("" if student_id else f"{text!r} fits 1 and 2")


def test_the_first_clue_that_finds_somebody_decides() -> None:
    assert CLASS.find([*any_of("nobody"), *any_of("Ada Lovelace"), *any_of("xm")]).student == ADA
    assert CLASS.find([Clue("number", "9"), Clue("name", "Ada Lovelace")]).student == ADA


@pytest.mark.parametrize("kinds", [(), ("id", "number")])
def test_stated_clues_come_before_a_name_and_have_to_agree(kinds: tuple[Literal["id", "number"], ...]) -> None:
    name = Clue("name", "Ada Lovelace")
    assert CLASS.find([Clue("id", "xm"), Clue("e-mail", "gone@example.org"), name], kinds).student == XM
    two = CLASS.find([Clue("id", "xm"), Clue("e-mail", "jose@example.org"), name], kinds)
    assert (two.student, two.reason, two.several) == (None, "'xm' fits xm, 'jose@example.org' fits 0042", True)


@pytest.mark.parametrize(
    ("clue", "kinds", "student"),
    [
        (Clue("e-mail", "a.l@example.org"), (), None),
        (Clue("e-mail", ""), (), ADA),
        (Clue("number", "9"), ("number",), None),
        (Clue("number", "9"), ("id",), ADA),
        (Clue("id", "9"), ("id",), None),
        (Clue("id", "9"), (), None),
        (Clue("submission", "9"), ("id", "number"), ADA),
        (Clue("e-mail", "9", guessed=True), ("id", "number"), ADA),
    ],
    ids=str,
)
def test_a_name_does_not_override_what_the_roster_could_know(
    clue: Clue, kinds: tuple[Literal["id", "number"], ...], student: Student | None
) -> None:
    assert CLASS.find([clue, Clue("name", "Ada Lovelace")], kinds).student == student


def test_without_a_clue_nobody_is_found() -> None:
    assert CLASS.find([]).reason == CLASS.find([Clue("name", "")]).reason == "it names nobody"


@given(NAMES, NAMES, st.sampled_from(["{0} {1}", "{1}, {0}", "{1} {0}", "{1}{0}", "{0}_{1}", "{0}-{1}"]), st.booleans())
def test_a_name_is_found_however_it_is_written(first: str, last: str, pattern: str, loud: bool) -> None:
    student = Student("1", first, last)
    written = pattern.format(first, last)
    written = unicodedata.normalize("NFD", written.upper() if loud else written)
    assert Directory([student]).find([Clue("name", written)]).student == student


@given(
    st.lists(st.builds(Student, st.text(min_size=1), NAMES, NAMES, NAMES, NAMES), unique_by=lambda student: student.id),
    st.data(),
)
def test_an_id_finds_its_student_in_any_class(students: list[Student], data: st.DataObject) -> None:
    if students:
        student = data.draw(st.sampled_from(students))
        assert Directory(students).find([Clue("id", student.id)]).student == student


@given(st.lists(st.builds(Student, NAMES, NAMES, NAMES, NAMES), unique_by=lambda student: student.id), st.text())
def test_the_order_of_the_class_changes_no_match(students: list[Student], text: str) -> None:
    forward, backward = Directory(students).find(any_of(text)), Directory(reversed(students)).find(any_of(text))
    assert forward == backward


TWINS = Directory([ADA, JOSE, Student("1", "Ana", "Núñez"), Student("2", "Ana", "Núñez"), Student("ana núñez")])


@pytest.mark.parametrize(
    ("written", "student"),
    [
        *[("007", "007"), ("ADA@example.org", "007"), ("Lovelace, Ada", "007"), ("octo-ada", "007")],
        *[("1", "1"), ("ana núñez", "ana núñez")],  # an id as it is written comes before whoever is called so
    ],
)
def test_an_instructor_names_a_student_by_id_address_or_name(written: str, student: str) -> None:
    assert TWINS.named(written).id == student


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Ana Nunez", "'Ana Nunez' fits 1 and 2: write an id"),
        ("Ada Lovelance", "nobody in the roster is 'Ada Lovelance'"),
        ("", "it names nobody"),
    ],
)
def test_a_name_of_nobody_or_of_two_is_refused(written: str, reason: str) -> None:
    with pytest.raises(UnknownStudent) as refused:
        TWINS.named(written)
    assert str(refused.value) == reason


OF_A_PERSON = {"email", "login", "also", "first_name", "last_name", "full_name", "sortable_name", "lms_user_id"}


def compared(source: bytes) -> set[str]:
    """Return the facts of a person by which a module compares or looks up."""
    nodes = list(ast.walk(ast.parse(source)))
    found: list[ast.AST] = [node for node in nodes if isinstance(node, ast.Compare | ast.Subscript)]
    found += [node.key for node in nodes if isinstance(node, ast.DictComp)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    found += [node for node in calls if ast.unparse(node.func).endswith((".get", ".casefold", ".lower"))]
    return OF_A_PERSON & {part.attr for node in found for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def test_no_other_module_matches_students_by_their_names_addresses_or_numbers() -> None:
    assert compared(b"{student.email.casefold(): student}.get(row.login)") == {"email", "login"}
    matching = {path.name for path in (ROOT / "autograder/instructor").rglob("*.py") if compared(path.read_bytes())}
    assert matching <= {"directory.py", "roster.py"}
