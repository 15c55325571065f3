"""Programs that do next to nothing: what a check must not be content with."""

from __future__ import annotations

import ast
from collections.abc import Set


def lazy_source(source: str, names: Set[str], value: str) -> str:
    """Return a module whose functions and methods of some names all return one value.

    Args:
        source: of the module.
        names: of the functions and classes to make lazy.
        value: the expression to return.
    """
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            _Lazy(value).visit(node)
    return ast.unparse(ast.fix_missing_locations(tree))


class _Lazy(ast.NodeTransformer):
    def __init__(self, value: str) -> None:
        self.value = value

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.body = ast.parse("super().__init__()" if node.name == "__init__" else f"return {self.value}").body
        return node
