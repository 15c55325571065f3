"""Whether two right answers really differ: what a program defines under a name, without what a reader could change
in it and do the same job in the same way."""

from __future__ import annotations

import ast


def way_of(source: str, name: str) -> str:
    """Return how a program defines a name, as text that is equal for answers that differ in wording alone.

    Wording is: docstrings and annotations, the names of variables and attributes, messages of errors, what is refused
    and how, and an ``__init__`` that only calls its parent's. Helpers that the definition uses belong to it.
    """
    bindings = _bindings(ast.parse(source))
    wanted, found = [name], []
    while wanted:
        at = wanted.pop(0)
        node = bindings.pop(at, None)
        if node is not None:
            found.append(node)
            wanted += [used.id for used in ast.walk(node) if isinstance(used, ast.Name)]
    module = ast.Module([_Bare().visit(node) for node in found], [])
    _Renamed(found).visit(module)
    return ast.dump(module)


def _bindings(tree: ast.Module) -> dict[str, ast.AST]:
    """Return what binds each name at the top level, also below an ``if``."""
    found: dict[str, ast.AST] = {}
    statements = list(tree.body)
    while statements:
        node = statements.pop(0)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.If):
            statements = [*node.body, *node.orelse, *statements]
    return found


class _Bare(ast.NodeTransformer):
    """Takes away what does no part of the job."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        call = ast.unparse(node)
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text or call in ("super().__init__()", "nn.Module.__init__(self)") else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        refuses = len(node.body) == 1 and isinstance(node.body[0], ast.Raise)
        return None if refuses and not node.orelse else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        plain = ast.Assign([node.target], node.value) if node.value else None
        return self.generic_visit(plain) if plain else None

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        node.returns = None
        self.generic_visit(node)
        return node if node.body else None


class _Renamed(ast.NodeTransformer):
    """Numbers the names that the program itself gives, in the order in which they are met; texts say nothing."""

    def __init__(self, nodes: list[ast.AST]) -> None:
        every = [node for top in nodes for node in ast.walk(top)]
        stored = [node for node in every if isinstance(node, (ast.Name, ast.Attribute)) and _is_stored(node)]
        self.own = {node.id if isinstance(node, ast.Name) else node.attr for node in stored}
        self.own |= {node.arg for node in every if isinstance(node, ast.arg)}
        self.own |= {node.name for node in every if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        self.numbers: dict[str, str] = {}

    def number(self, name: str) -> str:
        return self.numbers.setdefault(name, f"n{len(self.numbers)}") if name in self.own else name

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self.number(node.id)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.attr = self.number(node.attr)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg = self.number(node.arg)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self.number(node.name)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self.number(node.name)
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("") if isinstance(node.value, str) else node


def _is_stored(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)
