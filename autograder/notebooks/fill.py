"""Fill a notebook's exercises with the definitions of a Python file, or of a notebook that has lost its cells' ids."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.notebooks.graft import grade_id_of, is_answer
from autograder.notebooks.remarks import bound_by, python_of
from autograder.parsing import bound, code_under_magics, parse
from autograder.user_errors import UsageError


class NothingToFill(UsageError):
    """The Python file defines no name that the notebook asks for, or cannot be read."""


@dataclass(frozen=True)
class FilledNotebook:
    """A filled notebook, with the names of the exercises that the file defines and of those that it lacks."""

    notebook: NotebookNode
    defined: tuple[str, ...]
    missing: tuple[str, ...]


_Piece = tuple[str, set[str]]  # a top-level statement with the comments before it, and the exercises that it binds


def exercise_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the code cells that a student fills, by the exercise's name, in order."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code" and is_answer(cell))
    return {str(grade_id_of(cell)).rpartition("-")[2]: cell for cell in cells}


def fill(notebook: NotebookNode, source: str) -> FilledNotebook:
    """Return a copy of the notebook with each exercise's cell holding the file's definition of that name.

    Helpers, imports and constants go with the definition that follows them. If the file defines the exercises in
    another order than the notebook, one of them twice, or two in one statement, its whole text goes into the first
    exercise's cell: that runs as the file does.

    Raises:
        NothingToFill: the file does not parse, or defines none of the notebook's exercises.
    """
    copy = nbformat.from_dict(notebook)
    cells = exercise_cells(copy)
    if not cells:
        raise NothingToFill("the notebook holds no exercise")
    try:
        # Without a byte order mark, and with the line ends that Python's parser counts.
        text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        pieces, futures = _pieces(text, frozenset(cells))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, SyntaxError) else str(error)
        raise NothingToFill(where) from error
    order = [binds for _, binds in pieces if binds]
    defined = [name for name in cells if any(name in binds for binds in order)]
    if not defined:
        raise NothingToFill(f"it defines none of {', '.join(cells)}")
    first, *later = defined
    texts = {first: text} | {name: f"# {name} is defined in the cell of {first}." for name in later}
    if order == [{name} for name in defined]:
        texts = _by_exercise(pieces, defined, futures)
    for name, own in texts.items():
        cells[name].update(source=own.strip("\n"), outputs=[], execution_count=None)
    return FilledNotebook(copy, tuple(defined), tuple(name for name in cells if name not in defined))


def answers_in(notebook: NotebookNode, released: NotebookNode) -> str:
    """Return the source of those code cells of a notebook that define an exercise of the released one."""
    exercises = frozenset(exercise_cells(released))
    texts = (code_under_magics(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    return "\n\n".join(text for text in texts if bound_by(text) & exercises)


def _by_exercise(pieces: Sequence[_Piece], defined: Sequence[str], futures: Sequence[str]) -> dict[str, str]:
    # A future statement holds for one cell only, so each cell after the first, which has it, gets it.
    texts: dict[str, list[str]] = {name: list(futures) if name != defined[0] else [] for name in defined}
    ahead = iter([*defined, defined[-1]])
    current = next(ahead)
    for text, binds in pieces:
        texts[current].append(text)
        if binds:
            current = next(ahead)
    return {name: "\n".join(parts) for name, parts in texts.items()}


def _pieces(source: str, exercises: frozenset[str]) -> tuple[list[_Piece], list[str]]:
    """Cut a file into the shortest runs of lines with whole statements; return them and its future statements."""
    lines = source.split("\n")  # not splitlines, which counts form feeds and separators that the parser does not
    pieces, futures, start = [], [], 0
    body = parse(python_of(source)).body
    binds: set[str] = set()
    for at, node in enumerate(body):
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            futures.append(ast.unparse(node))
        binds |= bound(node) & exercises
        end = node.end_lineno or node.lineno
        shares_its_line = at + 1 < len(body) and _first_line(body[at + 1]) <= end
        if shares_its_line or lines[end - 1].endswith("\\"):
            continue
        pieces.append(("\n".join(lines[start:end]), binds))
        start, binds = end, set[str]()
    if start < len(lines):
        pieces.append(("\n".join(lines[start:]), binds))
    return pieces, futures


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])
