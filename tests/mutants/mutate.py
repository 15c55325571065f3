"""Small changes of a solution, each of which somebody could make by mistake: a comparison, a constant, a line left out.

Only what stands between the markers is changed, and of a `raise` only whether it happens: its words are free.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from autograder.exercises import BEGIN, END
from autograder.instructor.viva.edits import CALCULATED, CALLED, COMPARED, root_of


@dataclass(frozen=True)
class Mutant:
    """A module with one small change in it."""

    where: str  # qualified name of the function that is changed, such as ``Learner.fit``
    line: int  # where the changed statement begins
    code: str  # the first line of the statement, as Python would write it
    change: str  # what stands where there, such as ``1 → 2``; a place of several that read alike has its number
    source: str  # the module's text with the change in it, without its comments

    @property
    def key(self) -> tuple[str, str, str]:
        """Its name as long as the statement stays as it is, wherever in the file that stands."""
        return self.where, self.code, self.change


def mutants_of(source: str) -> list[Mutant]:
    """Return each small change of what stands between the markers of a module, in order; no two are the same text."""
    tree, marked = ast.parse(source), _marked(source)
    modules = {
        (alias.asname or alias.name).partition(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    mutants: dict[str, Mutant] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for at, top in enumerate(tree.body):
        head, tail = ("\n".join(map(ast.unparse, part)) for part in (tree.body[:at], tree.body[at + 1 :]))
        mutants.setdefault(f"{head}\n{ast.unparse(top)}\n{tail}", Mutant("", 0, "", "", ""))
        for where, body, place in _statements(top, ""):
            statement = body[place]
            if statement.lineno not in marked:
                continue
            code = _first_line(statement)
            for change in _changes(body, place, modules):
                text = f"{head}\n{ast.unparse(top)}\n{tail}"
                mutant = Mutant(where, statement.lineno, code, change, text)
                if mutants.setdefault(text, mutant) is mutant:
                    seen[mutant.key] += 1
                    if seen[mutant.key] > 1:
                        mutants[text] = replace(mutant, change=f"{change} ({seen[mutant.key]})")
    return [mutant for mutant in mutants.values() if mutant.source]


def _marked(source: str) -> set[int]:
    """Return the numbers of the lines between the markers."""
    marked, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            marked.add(number)
    return marked


def _first_line(statement: ast.stmt) -> str:
    return ast.unparse(statement).partition("\n")[0]


def _statements(node: ast.AST, where: str) -> Iterator[tuple[str, list[ast.stmt], int]]:
    """Give each statement below a node as its place in a body, with the qualified name of the function around it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".removeprefix(".")
    for field in ("body", "orelse", "handlers", "finalbody"):
        body = getattr(node, field, [])
        for place, inner in enumerate(body if isinstance(body, list) else []):
            if isinstance(inner, ast.stmt):
                yield where, body, place
            yield from _statements(inner, where)


def _changes(body: list[ast.stmt], place: int, modules: set[str]) -> Iterator[str]:
    """Make each change of a statement in its turn, and give what is changed to what."""
    statement = body[place]
    for changed in _other_statements(body, statement):
        body[place] = changed
        yield "left out" if isinstance(changed, ast.Pass) else f"→ {_first_line(changed)}"
    body[place] = statement
    if isinstance(statement, ast.Raise):
        return
    for parent, inside, key in _expressions(statement):
        node = inside[key]
        is_condition = isinstance(statement, ast.If | ast.While) and parent is statement
        for changed in [*_other_expressions(node, modules), *(_conditions(node) if is_condition else ())]:
            inside[key] = changed
            yield f"{ast.unparse(node)} → {ast.unparse(changed)}"
        inside[key] = node


def _other_statements(body: list[ast.stmt], statement: ast.stmt) -> Iterator[ast.stmt]:
    match statement:
        case ast.Return(value=ast.expr()):
            yield ast.Return(ast.Constant(None))
        case ast.Raise() if len(body) == 1:  # no other than a condition that never holds
            pass
        case ast.Assign() | ast.AnnAssign() | ast.Expr() | ast.For() | ast.Raise() | ast.Return():
            yield ast.Pass()
        case ast.AugAssign():
            yield ast.Pass()
            yield ast.Assign([statement.target], statement.value, lineno=statement.lineno)
            yield ast.AugAssign(statement.target, CALCULATED[type(statement.op)](), statement.value)
        case ast.With() | ast.Try():
            yield ast.If(ast.Constant(True), statement.body, [])
        case ast.Break():
            yield ast.Continue()
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()


def _expressions(node: ast.AST) -> Iterator[tuple[ast.AST, Any, Any]]:
    """Give each expression's parent below a node, and its place: a list or the parent's own dictionary, and a key.

    Those of statements below it are left out.
    """
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "body", "orelse", "handlers", "finalbody") and isinstance(node, ast.stmt):
            continue
        inside, keys = (value, range(len(value))) if isinstance(value, list) else (vars(node), [field])
        for key in keys:
            inner = inside[key]
            if isinstance(inner, ast.expr) and not isinstance(node, ast.JoinedStr):
                yield node, inside, key
            if isinstance(inner, ast.AST):
                yield from _expressions(inner)


def _conditions(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Compare | ast.UnaryOp):  # these are negated by their operators
        yield ast.UnaryOp(ast.Not(), node)
    yield ast.Constant(True)
    yield ast.Constant(False)


def _other_expressions(node: ast.AST, modules: set[str]) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for at, operator in enumerate(node.ops):
                for comparison in COMPARED[type(operator)]:
                    ops = [*node.ops[:at], comparison(), *node.ops[at + 1 :]]
                    yield ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp():
            yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.BinOp():
            yield ast.BinOp(node.left, CALCULATED[type(node.op)](), node.right)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1) if value >= 1 else ast.UnaryOp(ast.USub(), ast.Constant(1 - value))
        case ast.Constant(value=str() as value):
            yield ast.Constant(f"{value}?")
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.Slice():
            for bound in ("lower", "upper", "step"):
                if getattr(node, bound) is not None:
                    shortened = copy(node)
                    setattr(shortened, bound, None)
                    yield shortened
        case ast.Call():
            yield from _other_calls(node, modules)


def _other_calls(node: ast.Call, modules: set[str]) -> Iterator[ast.AST]:
    match node.func:
        case ast.Attribute(value=receiver, attr=name) if root_of(receiver) not in modules:
            yield receiver
        case ast.Name(id=name) | ast.Attribute(attr=name):
            if node.args and not isinstance(node.args[0], ast.Starred):
                yield node.args[0]
        case _:
            name = ""
    if name in CALLED:
        func = copy(node.func)
        setattr(func, "id" if isinstance(func, ast.Name) else "attr", CALLED[name])
        yield ast.Call(func, node.args, node.keywords)
    if len(node.args) > 1:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    for at in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:at] + node.keywords[at + 1 :])
