"""What the text of answers tells without running them: stubs that are left, and names that the grader will not find."""

from __future__ import annotations

import ast
import builtins
import dis
import re
import symtable
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import CodeType

from autograder.exercises import stub_error
from autograder.notebooks.released import released_cells
from autograder.parsing import parse

MAGIC = re.compile(r"^([ \t]*)([%!?][^\r\n]*|[^\s#'\"][^\r\n#'\"]*\?{1,2}[ \t]*)(?=[\r\n]|\Z)", re.MULTILINE)
EVERYWHERE = {*dir(builtins), "__name__", "display", "get_ipython"}


def remarks_on(room: str, answers: Mapping[str, str], others: Iterable[str]) -> dict[str, list[str]]:
    """Return by exercise, where there is something, what is to be known of its answer even if its checks pass.

    It reads the answers of whoever calls it, and is not for the grader: Python's parser is not made for hostile text.

    Args:
        answers: the text of each exercise's cell, by the exercise's name.
        others: the texts of other cells; those that are run for the mark may be among them.
    """
    released = {}
    for cell in released_cells(room):
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and about.get("grade_id") and not about.get("grade"):
            released[about["grade_id"]] = "".join(cell["source"]).strip()
    stubs = {name: released.pop(f"{room}-{name}", "") for name in answers}
    found = {}
    with warnings.catch_warnings(action="ignore"):  # what Python has to say of a cell it says where the cell is run
        there = EVERYWHERE.union(*(_bound(text) for text in [*released.values(), *answers.values()]))
        elsewhere = set[str]().union(*map(_bound, others)) - there
        for name, text in answers.items():
            if text.strip() != stubs[name]:
                found[name] = [*_still_to_write(text, stub_error(room, name)), *_not_there(text, elsewhere, name)]
    return {name: remarks for name, remarks in found.items() if remarks}


def _still_to_write(text: str, error: str) -> Iterator[str]:
    """Name the functions that still raise the stub's error; what stands behind a return the compiler leaves out."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        code = compile(python_of(text), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        raising = dict.fromkeys(
            one.co_name
            for one in _codes(code)
            if any(step.opcode in dis.hasconst and step.argval == error for step in dis.get_instructions(one))
        )
        if raising:
            yield f"still to write: {', '.join(f'`{name}`' for name in raising)}"


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _not_there(text: str, elsewhere: set[str], exercise: str) -> Iterator[str]:
    """Name what an answer uses of those names that only cells define which do not count."""
    table = _symbols(text)
    names = [f"`{name}`" for name in sorted(elsewhere & set(_used(table)))] if table and elsewhere else []
    if names:
        several = len(names) > 1
        yield (
            f"{' and '.join(names)} {'are defined in cells that do' if several else 'is defined in a cell that does'} "
            f"not count when this is graded: move {'them' if several else 'it'} into the cell of {exercise}"
        )


def _bound(text: str) -> set[str]:
    """Return the names that a cell makes known to others."""
    table = _symbols(text)
    return {one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported()} if table else set()


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """Return the names that a cell takes from its notebook, in functions and classes too."""
    yield from (one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced())
    for inner in table.get_children():
        yield from _used(inner)


def _symbols(text: str) -> symtable.SymbolTable | None:
    """Return what Python knows of a cell's names before it runs; nothing of a cell that it cannot read."""
    try:
        return symtable.symtable(python_of(text), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def python_of(text: str) -> str:
    """Return a cell's text in which Python can read what magics keep it from; nothing else moves.

    Raises:
        ValueError: it holds a null byte.
    """
    with suppress(SyntaxError):
        parse(text)
        return text
    return MAGIC.sub(lambda line: line[1] + "0" + " " * (len(line[2].encode()) - 1), text)
