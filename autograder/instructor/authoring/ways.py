"""Whether two right answers really differ: what a program defines under a name, without what a reader could change
in it and do the same job in the same way."""

from __future__ import annotations

import ast

# Where a node keeps the name that it gives or looks up.
NAMED: dict[type[ast.AST], str] = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.ClassDef: "name",
    ast.FunctionDef: "name",
}


def way_of(source: str, name: str) -> str:
    """Return how a program defines a name, as text that is equal for answers that differ in wording alone.

    Wording is: docstrings and annotations, the names of variables and attributes, messages of errors, what is refused
    and how, and an ``__init__`` that only calls its parent's. Helpers that the definition uses belong to it.
    """
    bindings = _bindings(ast.parse(source))
    wanted, bound = [name], []
    while wanted:
        at = wanted.pop(0)
        node = bindings.pop(at, None)
        if node is not None:
            bound.append(node)
            wanted += [used.id for used in ast.walk(node) if isinstance(used, ast.Name)]
    module = ast.Module([_Bare().visit(node) for node in bound], [])
    _rename(module)
    return ast.dump(module)


def _bindings(tree: ast.Module) -> dict[str, ast.AST]:
    """Return what binds each name at the top level, also below an ``if``."""
    bindings: dict[str, ast.AST] = {}
    statements = list(tree.body)
    while statements:
        node = statements.pop(0)
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            bindings[node.name] = node
        elif isinstance(node, ast.Assign):
            bindings |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.If):
            statements = [*node.body, *node.orelse, *statements]
    return bindings


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


def _rename(module: ast.Module) -> None:
    """Number the names that a program itself gives, in the order in which they are met, and empty its texts."""
    own, numbers = set[str](), dict[str, str]()
    for node in ast.walk(module):
        if type(node) in NAMED and isinstance(getattr(node, "ctx", ast.Store()), ast.Store):
            own.add(getattr(node, NAMED[type(node)]))
    for node in ast.walk(module):
        field = NAMED.get(type(node), "")
        if field and getattr(node, field) in own:
            setattr(node, field, numbers.setdefault(getattr(node, field), f"n{len(numbers)}"))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
