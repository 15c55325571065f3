"""Small changes of a solution, each of which somebody could make by mistake: a comparison, a constant, a line left out.

Only what stands between the markers is changed, and of a `raise` only whether it happens: its words are free.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.exercises import BEGIN, END
from autograder.instructor.viva.edits import Catalogue, Edit, root_of
from autograder.instructor.viva.source_text import NoPython, SourceText, Span


@dataclass(frozen=True)
class Mutant:
    """A module with one small change in it."""

    where: str  # qualified name of the function that is changed, such as ``Learner.fit``
    line: int  # where the changed statement begins
    code: str  # the first line of the statement, as Python would write it
    change: str  # what becomes of what; a place of several that read alike has its number
    source: str  # the module's text with the change in it

    @property
    def key(self) -> tuple[str, str, str]:
        """Its name as long as the statement stays as it is, wherever in the file that stands."""
        return self.where, self.code, self.change


class Mutations(Catalogue):
    """The edits that a talk is about, and those that would ask too little of a student."""

    def below(self, node: ast.AST) -> Iterator[Edit]:
        yield from super().below(node)
        if isinstance(node, ast.Raise):
            yield self._left_out(node, "pass")

    def _at(self, node: ast.AST) -> Iterator[Iterable[Edit]]:
        yield from super()._at(node)
        match node:
            case ast.Return(value=ast.expr() as value):
                yield [self._becomes(value, "None")]
            case ast.AnnAssign() | ast.Expr() | ast.For() | ast.Return() | ast.Break():
                yield [self._left_out(node, "pass")]
            case ast.Try():
                body = self.text.of(Span(self.text.span(node).start + len("try"), self.text.span(node.body[-1]).end))
                yield [self._becomes(node, f"if True{body}")]
            case ast.Constant(value=str() as value):
                yield [self._becomes(node, repr(f"{value}?"))]
            case ast.Constant(value=float() as value):
                yield [self._becomes(node, f"({value + by})") for by in (1, -1)]
            case ast.BoolOp():
                new = " and " if isinstance(node.op, ast.Or) else " or "
                yield [self._becomes(node, new.join(map(self.text.operand, node.values)))]
            case ast.Call(func=ast.Attribute(value=receiver)) if root_of(receiver) in ("self", "cls"):
                yield self._suffix(receiver, node)
            case ast.Call(args=[first, second, *_]):
                yield [self._exchanged(first, second)]
        if isinstance(node, ast.If | ast.While):
            yield [self._becomes(node.test, truth) for truth in ("True", "False")]


def mutants_of(source: str) -> list[Mutant]:
    """Return each small change of what stands between the markers of a module, in order; no two mean the same."""
    text, marked = SourceText(source), _marked(source)
    statements = [(text.span(statement), where, statement) for where, statement in _statements(text.tree, "")]
    mutants: dict[str, Mutant] = {}
    seen: Counter[tuple[str, str, str]] = Counter()
    for edit in Mutations(text).below(text.tree):
        around = [known for known in statements if known[0].start <= edit.start < known[0].end]
        if not around:
            continue
        _, where, statement = max(around, key=lambda known: known[0].start)
        if statement.lineno in marked and (program := _program(edit.apply(source))) not in ("", text.program):
            key = where, ast.unparse(statement).partition("\n")[0], edit.says
            if program not in mutants:
                seen[key] += 1
                number = f" ({seen[key]})" if seen[key] > 1 else ""
                mutants[program] = Mutant(where, statement.lineno, key[1], f"{edit.says}{number}", edit.apply(source))
    return list(mutants.values())


def _program(source: str) -> str:
    try:
        return SourceText(source).program
    except NoPython:
        return ""


def _marked(source: str) -> set[int]:
    """Return the numbers of the lines between the markers."""
    marked, inside = set(), False
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            marked.add(number)
    return marked


def _statements(node: ast.AST, where: str) -> Iterator[tuple[str, ast.stmt]]:
    """Give each statement below a node with the qualified name of the function around it."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        where = f"{where}.{node.name}".removeprefix(".")
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.stmt):
            yield where, inner
        if isinstance(inner, ast.stmt | ast.ExceptHandler):
            yield from _statements(inner, where)
