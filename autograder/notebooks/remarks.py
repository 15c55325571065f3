"""Remarks on answers by their text alone: stubs that are left, and names that will be missing in grading."""

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
from autograder.parsing import bound, code_under_magics, parse

MAGIC = re.compile(r"^([ \t]*)([%!?][^\r\n]*|[^\s#'\"][^\r\n#'\"]*\?{1,2}[ \t]*)(?=[\r\n]|\Z)", re.MULTILINE)
EVERYWHERE = {*dir(builtins), "__name__", "display", "get_ipython"}


def remarks_on(room: str, answers: Mapping[str, str], cells: Iterable[str]) -> dict[str, list[str]]:
    """Return remarks on answers, by exercise, that matter even if the checks pass.

    It is for a student's own answers, not for the grader: Python's parser is not made for hostile text.

    Args:
        answers: the text of each exercise's cell, by the exercise's name.
        cells: the texts of all cells that were run, in which those run for the mark can be left out.
    """
    released = {}
    for cell in released_cells(room):
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and about.get("grade_id") and not about.get("grade"):
            released[about["grade_id"]] = "".join(cell["source"]).strip()
    stubs = {name: released.pop(f"{room}-{name}", "") for name in answers}
    remarks = {}
    with warnings.catch_warnings(action="ignore"):  # Python warns of a cell when the cell is run
        known = EVERYWHERE.union(*(bound_by(text) for text in [*released.values(), *answers.values()]))
        elsewhere = set[str]().union(*map(bound_by, cells)) - known
        for name, text in answers.items():
            if text.strip() != stubs[name]:
                remarks[name] = [*_still_to_write(text, stub_error(room, name)), *_not_there(text, elsewhere, name)]
    return {name: sentences for name, sentences in remarks.items() if sentences}


def _still_to_write(text: str, error: str) -> Iterator[str]:
    """Name the functions that still raise the stub's error; the compiler drops code after a return."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        code = compile(python_of(text), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        raising = dict.fromkeys(
            function.co_name
            for function in _codes(code)
            if any(step.opcode in dis.hasconst and step.argval == error for step in dis.get_instructions(function))
        )
        if raising:
            yield f"still to write: {', '.join(f'`{name}`' for name in raising)}"


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _not_there(text: str, elsewhere: set[str], exercise: str) -> Iterator[str]:
    """Report the names in an answer that only cells define which do not count."""
    names: list[str] = []
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        used = set(_used(symtable.symtable(python_of(text), "cell", "exec")))
        names = [f"`{name}`" for name in sorted(elsewhere & used)]
    if names:
        several = len(names) > 1
        yield (
            f"{' and '.join(names)} {'are defined in cells that do' if several else 'is defined in a cell that does'} "
            f"not count when this is graded: move {'them' if several else 'it'} into the cell of {exercise}"
        )


def bound_by(text: str) -> set[str]:
    """Return the names that a cell binds for other cells; none if Python cannot read it."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        return bound(parse(python_of(text)))
    return set()


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """Yield the names that a cell takes from its notebook, in functions and classes too."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced())
    for inner in table.get_children():
        yield from _used(inner)


def python_of(text: str) -> str:
    """Return a cell's text with its magics replaced, for Python's parser; the other columns and lines stay.

    It is empty where a magic makes the cell something else than Python, as %%bash and %%writefile do.

    Raises:
        ValueError: it holds a null byte.
    """
    with suppress(SyntaxError):
        parse(text)
        return text
    code = code_under_magics(text)
    if code.lstrip().startswith("%%"):
        return ""
    return MAGIC.sub(lambda line: line[1] + "0" + " " * (len(line[2].encode()) - 1), code)
