"""Small edits for any program. Each changes a few characters and leaves all others alone."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autograder.instructor.viva.source_text import NoPython, Place, SourceText, Span, defining

# Operators, each with those that people take for it.
CALCULATED = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*", "@": "*", "&": "|", "|": "&"}
CONFUSED = {"<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="]}
CONFUSED |= {"is": ["is not"], "is not": ["is"], "in": ["not in"], "not in": ["in"], "and": ["or"], "or": ["and"]}
CONFUSED |= {sign: [new] for sign, new in CALCULATED.items()}
CONFUSED |= {f"{sign}=": [f"{new}=", "="] for sign, new in CALCULATED.items()}
CONFUSED |= {"<<": [], ">>": [], "^": []}
SIGN = "|".join(r"\s+".join(map(re.escape, sign.split())) for sign in sorted(CONFUSED, key=len, reverse=True))
ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
CALLED = {"min": "max", "any": "all", "zeros": "ones", "zeros_like": "ones_like", "eval": "train"}
CALLED |= {"mean": "sum", "amax": "amin", "argmax": "argmin"}
CALLED |= {opposite: name for name, opposite in CALLED.items()}
MODULES = {"torch", "nn", "F", "math", "np", "numpy", "time", "copy", "functional"}

UNTOUCHED = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal)
UNTOUCHED_FIELDS = ("annotation", "returns", "decorator_list", "bases", "type_params", "ops")
MAX_LINES = 6  # that a small edit replaces
MAX_SHOWN = 120  # characters of a piece that a sentence quotes


@dataclass(frozen=True)
class Edit:
    """One small change of a source."""

    start: int  # of the replaced characters; ``end`` is the one after their last
    end: int
    text: str  # the replacement
    says: str  # the change as a clause, such as "`+` becomes `-`"

    def apply(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]


def edits_of(source: str, name: str) -> list[Edit]:
    """Return every edit of a name's definition, in order, or raise NoPython.

    The definitions that it uses in the same source belong to it. Words for people are left alone: docstrings,
    annotations, errors that are raised, assertions and texts.
    """
    text = SourceText(source)
    catalogue = Catalogue(text)
    edits: dict[tuple[int, int, str], Edit] = {}
    try:
        for statement in defining(text.tree, name):
            for edit in catalogue.below(statement):
                if source.count("\n", edit.start, edit.end) < MAX_LINES:
                    edits.setdefault((edit.start, edit.end, edit.text), edit)
    except RecursionError as error:
        raise NoPython("it is nested too deeply") from error
    return [edits[key] for key in sorted(edits)]


class Catalogue:
    """Finds the places for edits in one source."""

    def __init__(self, text: SourceText) -> None:
        self.text = text
        self.modules = MODULES | {
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(text.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }

    def below(self, node: ast.AST) -> Iterator[Edit]:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, UNTOUCHED) or is_docstring:
            return
        for edits in self._at(node):
            # Keywords in an unusual order, or a number of more digits than Python writes
            with suppress(LookupError, ValueError):
                yield from edits
        for field, value in ast.iter_fields(node):
            if field not in UNTOUCHED_FIELDS:
                for inner in value if isinstance(value, list) else [value]:
                    if isinstance(inner, ast.AST):
                        yield from self.below(inner)

    def _at(self, node: ast.AST) -> Iterator[Iterable[Edit]]:
        match node:
            case ast.Compare():
                yield from map(self._operator, [node.left, *node.comparators], node.comparators)
            case ast.BoolOp():
                yield from map(self._operator, node.values, node.values[1:])
            case ast.BinOp(left=left, right=right):
                if isinstance(node.op, ORDERED):
                    sign = self.text.of(self.text.between(left, right, SIGN))
                    yield [self._becomes(node, f"{self.text.operand(right)} {sign} {self.text.operand(left)}")]
                yield self._operator(left, right)
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
                yield self._prefix(node)
            case ast.Constant():
                yield self._constant(node)
            case ast.IfExp():
                yield [self._becomes(node, self.text.of(branch)) for branch in (node.body, node.orelse)]
            case ast.Slice():
                yield [self._left_out(bound) for bound in (node.lower, node.upper, node.step) if bound]
            case ast.Call():
                yield self._call(node)
                given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
                for at in range(len(node.args), len(given)):
                    yield self._keyword(given, at)
            case ast.Attribute(attr="T" | "mT" | "H"):
                yield self._suffix(node.value, node)
            case ast.AugAssign():
                yield self._operator(node.target, node.value)
                yield [self._left_out(node, "pass")]
            case ast.Assign() | ast.Expr(value=ast.Call() | ast.Await()):
                yield [self._left_out(node, "pass")]
            case ast.With():
                yield self._with(node)
            case ast.Break():
                yield [self._becomes(node, "continue")]
            case ast.Continue():
                yield [self._becomes(node, "break")]
            case (
                ast.Return(value=ast.Tuple(elts=[first, second, *_]))
                | ast.Subscript(slice=ast.Tuple(elts=[first, second, *_]))
            ):
                yield [self._exchanged(first, second)]
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield [self._becomes(node.test, f"not {self.text.operand(node.test)}")]

    def _becomes(self, place: Place, new: str) -> Edit:
        return Edit(*self.text.span(place), new, f"{_shown(self.text.of(place))} becomes {_shown(new)}")

    def _left_out(self, place: Place, new: str = "") -> Edit:
        return Edit(*self.text.span(place), new, f"{_shown(self.text.of(place))} is left out")

    def _exchanged(self, first: ast.expr, second: ast.expr) -> Edit:
        left, right = self.text.span(first), self.text.span(second)
        middle = self.text.of(Span(left.end, right.start))
        return self._becomes(Span(left.start, right.end), f"{self.text.of(right)}{middle}{self.text.of(left)}")

    def _operator(self, left: ast.expr, right: ast.expr) -> Iterator[Edit]:
        span = self.text.between(left, right, SIGN)
        for sign in CONFUSED[" ".join(self.text.of(span).split())]:
            yield self._becomes(span, sign)

    def _prefix(self, node: ast.UnaryOp) -> Iterator[Edit]:
        start = self.text.span(node).start
        yield self._left_out(self.text.between(Span(start, start), node.operand, r"(not\b|[-~])\s*"))

    def _suffix(self, value: ast.expr, node: ast.expr) -> Iterator[Edit]:
        """Leave out the attribute or call after a value."""
        end = self.text.span(node).end
        dot = self.text.between(value, Span(end, end), r"\.")
        yield self._left_out(Span(dot.start, end))

    def _constant(self, node: ast.Constant) -> Iterator[Edit]:
        match node.value:
            case bool() as value:
                yield self._becomes(node, str(not value))
            case int() as value:
                yield self._becomes(node, str(value + 1))
                yield self._becomes(node, str(value - 1))
            case float() as value:
                yield self._becomes(node, repr(2 * value) if value else "1.0")

    def _call(self, node: ast.Call) -> Iterator[Edit]:
        function = node.func
        method = function if isinstance(function, ast.Attribute) else None
        if method and root_of(method.value) not in {*self.modules, "self", "cls"}:
            yield from self._suffix(method.value, node)
        elif node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
            yield self._becomes(node, self.text.operand(node.args[0]))
        name = method.attr if method else getattr(function, "id", "")
        if confused := CALLED.get(name):
            end = self.text.span(function).end
            yield self._becomes(Span(end - len(name), end), confused)
        if len(node.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
            yield self._exchanged(node.args[0], node.args[1])

    def _keyword(self, given: Sequence[ast.expr | ast.keyword], at: int) -> Iterator[Edit]:
        span = self.text.span(given[at])
        whole = span
        if at > 0:
            whole = Span(self.text.between(given[at - 1], span, ",").start, span.end)
        elif len(given) > 1:
            whole = Span(span.start, self.text.span(given[1]).start)
        yield Edit(*whole, "", f"{_shown(self.text.of(span))} is left out")

    def _with(self, node: ast.With) -> Iterator[Edit]:
        last = node.items[-1]
        colon = self.text.between(last.optional_vars or last.context_expr, node.body[0], ":")
        yield self._becomes(Span(self.text.span(node).start, colon.start), "if True")


def root_of(node: ast.AST) -> str:
    """Return the name that a chain of attributes begins with, or nothing where it begins with something else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _shown(code: str) -> str:
    """Return a piece of code as a sentence quotes it, on one line."""
    line = " ".join(code.split())
    return f"`{line if len(line) <= MAX_SHOWN else line[:MAX_SHOWN] + '…'}`"
