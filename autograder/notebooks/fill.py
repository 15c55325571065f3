"""Put the names that a Python file defines into the exercises of a notebook."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from autograder.notebooks.graft import grade_id_of, is_answer


class NothingToFill(ValueError):
    """The Python file defines no name that the notebook asks for, or cannot be read."""


@dataclass(frozen=True)
class Filled:
    """A filled notebook, and the exercises that the file had and had not."""

    notebook: NotebookNode
    found: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class _Piece:
    """A top-level statement with the comments before it, and the exercises that it binds."""

    text: str
    binds: frozenset[str]


def exercise_cells(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return the code cells that a student fills, by the exercise's name, in order."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code" and is_answer(cell))
    return {str(grade_id_of(cell)).rpartition("-")[2]: cell for cell in cells}


def fill(notebook: NotebookNode, source: str) -> Filled:
    """Return a copy of the notebook with each exercise's cell holding the file's definition of that name.

    Helpers, imports and constants go with the definition that follows them. Where the file defines the exercises in
    another order than the notebook, or two in one statement, its whole text goes into the first exercise's cell: that
    runs as the file does.

    Args:
        notebook: with nbgrader's metadata.
        source: text of a Python file.

    Raises:
        NothingToFill: the file does not parse, or defines none of the notebook's exercises.
    """
    copy = nbformat.from_dict(notebook)
    cells = exercise_cells(copy)
    try:
        pieces, futures = _pieces(source, frozenset(cells))
    except SyntaxError as error:
        raise NothingToFill(f"line {error.lineno}: {error.msg}") from error
    order = [name for piece in pieces for name in sorted(piece.binds)]
    found = [name for name in cells if name in order]
    if not found:
        raise NothingToFill(f"it defines none of {', '.join(cells)}")
    texts = _by_exercise(pieces, found) if order == found else _all_in_first(source, found)
    for name, text in texts.items():
        # A future statement holds for one cell only, so each cell gets it.
        missing = [line for line in futures if line not in text]
        cells[name].source = "\n".join([*missing, text]).strip("\n")
    return Filled(copy, tuple(found), tuple(name for name in cells if name not in found))


def _by_exercise(pieces: Sequence[_Piece], found: Sequence[str]) -> Mapping[str, str]:
    texts: dict[str, list[str]] = {name: [] for name in found}
    ahead = iter([*found, found[-1]])
    current = next(ahead)
    for piece in pieces:
        texts[current].append(piece.text)
        if piece.binds:
            current = next(ahead)
    return {name: "\n".join(parts) for name, parts in texts.items()}


def _all_in_first(source: str, found: Sequence[str]) -> Mapping[str, str]:
    first, *others = found
    return {first: source} | {name: f"# {name} is defined in the cell of {first}." for name in others}


def _pieces(source: str, exercises: frozenset[str]) -> tuple[list[_Piece], list[str]]:
    """Cut a file into its top-level statements and return them with its future statements."""
    lines = source.splitlines()
    tree = ast.parse(source)
    pieces, futures, start = [], [], 0
    for node in tree.body:
        end = node.end_lineno or node.lineno
        text = "\n".join(lines[start:end])
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            futures.append(ast.unparse(node))
        if end > start:
            pieces.append(_Piece(text, frozenset(_bound(node)) & exercises))
        elif pieces:  # a second statement on the same line
            pieces[-1] = _Piece(pieces[-1].text, pieces[-1].binds | (frozenset(_bound(node)) & exercises))
        start = end
    if start < len(lines):
        pieces.append(_Piece("\n".join(lines[start:]), frozenset()))
    return pieces, futures


def _bound(node: ast.AST) -> set[str]:
    """Return the names that a statement binds at the top level, also under if, try, with and loops."""
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.Lambda):
        return set()
    return set().union(*(_bound(child) for child in ast.iter_child_nodes(node)))
