"""Code as readers see it: without the calls that only put numbers into the text."""

import ast
from collections.abc import Callable

from autograder.parsing import parse

WIDTH = 76  # columns of code that fit on a page


def without_glue(code: str) -> str:
    """Return code without ``glue``: its import, its calls, and loops and branches that contain nothing else.

    Code that Python alone cannot read, such as a line of IPython's, is returned unchanged.
    """
    try:
        tree = parse(code)
    except SyntaxError:
        return code
    lines: list[str | None] = list(code.splitlines())
    for statement in _glue_calls(tree.body):
        first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
        lines[first:last] = [None] * (last - first)
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and "glue" in [name.name for name in statement.names]:
            last = statement.end_lineno or statement.lineno
            lines[statement.lineno - 1 : last] = [_import_without_glue(statement), *[None] * (last - statement.lineno)]
    for statement in _emptied(tree.body):
        lines[statement.lineno - 1] = f"{' ' * statement.col_offset}pass"
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _import_without_glue(statement: ast.ImportFrom) -> str | None:
    names = [name.name for name in statement.names if name.name != "glue"]
    line = f"from {statement.module} import {', '.join(names)}"
    if len(line) > WIDTH:
        line = "\n".join([f"from {statement.module} import (", *(f"    {name}," for name in names), ")"])
    return line if names else None


def _glue_calls(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the outermost statements, at any depth, that contain nothing but calls of ``glue``."""
    return [
        call for statement in body for call in ([statement] if _is_glue(statement) else _within(statement, _glue_calls))
    ]


def _emptied(body: list[ast.stmt]) -> list[ast.stmt]:
    """Return the first statement of each block that loses all of them while the statement around it stays."""
    around = [statement for statement in body if not _is_glue(statement)]
    first = [block[0] for statement in around for block in _blocks(statement) if all(map(_is_glue, block))]
    return first + [emptied for statement in around for emptied in _within(statement, _emptied)]


def _is_glue(statement: ast.stmt) -> bool:
    if blocks := _blocks(statement):
        return all(_is_glue(inner) for block in blocks for inner in block)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "glue"


def _within(statement: ast.stmt, find: Callable[[list[ast.stmt]], list[ast.stmt]]) -> list[ast.stmt]:
    return [inner for block in _blocks(statement) for inner in find(block)]


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    return [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, []))]
