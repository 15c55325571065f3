"""Code as readers see it: without the calls that only put numbers into the text."""

import ast
from collections.abc import Iterator, Sequence

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
    for glued, instead in _glue_calls(tree.body):
        last = glued.end_lineno or glued.lineno
        lines[glued.lineno - 1 : last] = [instead, *[None] * (last - glued.lineno)]
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and "glue" in [name.name for name in statement.names]:
            last = statement.end_lineno or statement.lineno
            lines[statement.lineno - 1 : last] = [_import_without_glue(statement), *[None] * (last - statement.lineno)]
    return "\n".join(line for line in lines if line is not None).strip("\n")


def _import_without_glue(statement: ast.ImportFrom) -> str | None:
    names = [name.name for name in statement.names if name.name != "glue"]
    line = f"from {statement.module} import {', '.join(names)}"
    if len(line) > WIDTH:
        line = "\n".join([f"from {statement.module} import (", *(f"    {name}," for name in names), ")"])
    return line if names else None


def _glue_calls(body: Sequence[ast.stmt], *, around: bool = False) -> Iterator[tuple[ast.stmt, str | None]]:
    """Yield the outermost statements, at any depth, that contain nothing but calls of ``glue``.

    With each comes the line that takes its place, where the statement ``around`` them would keep an empty block.
    """
    is_emptied = around and all(map(_is_glue, body))
    for statement in body:
        if _is_glue(statement):
            yield statement, f"{' ' * statement.col_offset}pass" if is_emptied and statement is body[0] else None
        else:
            for block in _blocks(statement):
                yield from _glue_calls(block, around=True)


def _is_glue(statement: ast.stmt) -> bool:
    if blocks := _blocks(statement):
        return all(_is_glue(inner) for block in blocks for inner in block)
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "glue"


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    return [block for name in ("body", "orelse", "finalbody") if (block := getattr(statement, name, []))]
