"""Edits change a few characters of any program, and none of the words for people."""

import ast

import pytest

from autograder.instructor.viva.edits import edits_of
from autograder.instructor.viva.source_text import MAX_CHARACTERS, NoPython, SourceText, defining

STYLED = '''
%matplotlib inline
import torch
!ls

def   used( größe ):   # ü: two bytes
    return größe.T  *  3 # a * in a comment


def answer(x, w = 0.5):
    """Return x + 1; the words are left alone: 1 + 2."""
    assert x > 7, "x + 1"
    if not ( x  <  3 ) :      # is it < 3?
        raise ValueError(f"not {x + 1}")
    y = (
        (x - w)   # first
        / 2       # then
    )
    y += torch.clamp( x ,
                      min = 0 )
    with torch.no_grad( ) :
        y = y [ 1 : ]
    return used(y) - \\
           torch.sum(x, w), ( y if x else w )


def other(x):
    return x + 1000
'''


def test_each_kind_of_edit_finds_its_place_in_any_layout() -> None:
    assert {
        "`<` becomes `<=`",
        "`not` is left out",
        "`/` becomes `*`",
        "`(x - w) # first / 2` becomes `2 / (x - w)`",
        "`x - w` becomes `w - x`",
        "`+=` becomes `-=`",
        "`+=` becomes `=`",
        "`min = 0` is left out",
        "`torch.clamp( x , min = 0 )` becomes `x`",
        "`with torch.no_grad( )` becomes `if True`",
        "`1` is left out",
        "`y = y [ 1 : ]` is left out",
        "`sum` becomes `mean`",
        "`x, w` becomes `w, x`",
        "`y if x else w` becomes `w`",
        "`0.5` becomes `1.0`",
        "`.T` is left out",  # in a function that the answer uses
    } <= {edit.says for edit in edits_of(STYLED, "answer")}


def test_words_for_people_and_unused_definitions_are_left_alone() -> None:
    for edit in edits_of(STYLED, "answer"):
        touched = STYLED[edit.start : edit.end]
        assert not [word for word in ("raise", "assert", "words", "1000") if word in touched]
        line = STYLED.splitlines()[STYLED.count("\n", 0, edit.start)]
        assert not line.strip().startswith(("assert", '"""', "raise", "%", "!"))


def test_beside_a_number_of_as_many_digits_as_python_writes_other_edits_are_found() -> None:
    first, second = edits_of(f"def answer(x):\n    return x - {10**4300 - 1:#x}", "answer")
    assert (first.text[-4:], second.text) == (" - x", "+")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_edit_gives_another_program(end: str) -> None:
    source = STYLED.replace("\n", end)
    for edit in edits_of(source, "answer"):
        assert SourceText(edit.apply(source)).program != SourceText(source).program


def test_a_definition_brings_the_names_that_it_uses() -> None:
    tree = ast.parse("a = 1\ndef b(): return a\nclass C:\n    def m(self): return b()\nd = 2\nif d:\n    def e(): pass")
    assert [type(statement).__name__ for statement in defining(tree, "C")] == ["Assign", "FunctionDef", "ClassDef"]
    assert [type(statement).__name__ for statement in defining(tree, "e")] == ["Assign", "If"]
    assert defining(tree, "nothing") == []
    assert defining(deep := ast.parse(f"a = {'1 + ' * 900}1"), "a") == deep.body  # deeper than Python calls itself


@pytest.mark.parametrize(
    "source", ["def answer(:", "\0", "x = " + "(" * 5000, "x = 1\n" * (MAX_CHARACTERS // 6 + 1), "-" * 9000 + "1"]
)
def test_unreadable_or_long_source_is_refused(source: str) -> None:
    with pytest.raises(NoPython):
        SourceText(source)
