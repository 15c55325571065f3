"""What students do to a copy so that it looks like their own, as changes of a program's syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable

Disguise = Callable[[ast.Module], None]
NAMING = ("id", "attr", "arg", "name")


def disguised(source: str, *disguises: Disguise) -> str:
    """Return a program in disguise; its comments, line breaks and needless brackets are lost in any case."""
    tree = ast.parse(source)
    for disguise in disguises:
        disguise(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


def renamed(tree: ast.Module) -> None:
    """Give all that the program names another name, and all that it says another wording."""
    own = {
        str(getattr(node, field, ""))
        for node in ast.walk(tree)
        if isinstance(getattr(node, "ctx", ast.Store()), ast.Store) and not isinstance(node, ast.alias | ast.keyword)
        for field in NAMING
    }
    for node in ast.walk(tree):
        for field in NAMING:
            if (name := getattr(node, field, None)) in own and not name.startswith("__"):
                setattr(node, field, f"my_{name[::-1]}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = node.value[::-1]


def reordered(tree: ast.Module) -> None:
    """Put the definitions in reverse order, and so the methods of each class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef):
            defined = [line for line in node.body if isinstance(line, ast.FunctionDef | ast.ClassDef)]
            node.body = [*(line for line in node.body if line not in defined), *reversed(defined)]


def annotated(tree: ast.Module) -> None:
    """Give each function a docstring, and a type to what it takes and returns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = ast.Name("object")
        elif isinstance(node, ast.FunctionDef):
            node.returns = ast.Name("object")
            node.body.insert(0, ast.Expr(ast.Constant("Do it.")))


def with_dead_lines(tree: ast.Module) -> None:
    """Begin each function with a line that does nothing, and put another one behind its first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            begin, count = ast.parse("calls = 0\ncalls = calls + 1").body
            node.body[:1] = [begin, node.body[0], count]
