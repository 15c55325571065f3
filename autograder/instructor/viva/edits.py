"""Small edits for which any program may have a place. Each changes a few characters and leaves all others alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autograder.instructor.viva.source_text import NoPython, SourceText, Span, defining
from autograder.instructor.viva.swaps import (
    ALSO_CALLED,
    CALCULATED,
    CALLED,
    COMPARED,
    DIMENSIONS,
    MODULES,
    ORDERED,
    SIGNS,
    root_of,
)

UNTOUCHED = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal)
MAX_LINES = 6  # that a small edit replaces
MAX_SHOWN = 120  # characters of a piece that a sentence quotes


@dataclass(frozen=True)
class Edit:
    """One small change of a source.

    Attributes:
        kind: the kind of change, in a word or two.
        start: where it begins, in characters of the source.
        end: where what it replaces ends.
        text: what stands there instead.
        says: the change as a clause, such as "`+` becomes `-`".
        line: of the source in which it begins, from 1.
    """

    kind: str
    start: int
    end: int
    text: str
    says: str
    line: int

    def apply(self, source: str) -> str:
        """Return the source with the edit in it."""
        return source[: self.start] + self.text + source[self.end :]


@dataclass(frozen=True)
class _Change:
    kind: str
    span: Span
    text: str
    says: str


def edits_of(source: str, name: str) -> list[Edit]:
    """Return every edit for which a name's definition has a place, in order.

    What the definition uses of the same source belongs to it. Left alone are words for people: docstrings,
    annotations, errors that are raised, assertions and texts.

    Args:
        source: of a cell.
        name: of an exercise; a source that does not define it has no place.

    Raises:
        NoPython: the source cannot be read.
    """
    text = SourceText(source)
    found: dict[tuple[int, int, str], Edit] = {}
    try:
        for change in _Catalogue(text, defining(text.tree, name)).changes():
            if text.of(change.span).count("\n") < MAX_LINES:
                start, end = text.characters(change.span)
                edit = Edit(change.kind, start, end, change.text, change.says, text.line(change.span.start))
                found.setdefault((start, end, change.text), edit)
    except RecursionError as error:
        raise NoPython("it is nested too deeply") from error
    return [found[key] for key in sorted(found)]


class _Catalogue:
    """Finds the places for edits in one source."""

    def __init__(self, text: SourceText, statements: Sequence[ast.stmt]) -> None:
        self.text, self.statements = text, statements
        self.modules = MODULES | {
            (alias.asname or alias.name).partition(".")[0]
            for node in ast.walk(text.tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }

    def changes(self) -> Iterator[_Change]:
        for statement in self.statements:
            yield from self._below(statement, self.text.tree)

    def _below(self, node: ast.AST, parent: ast.AST) -> Iterator[_Change]:
        if isinstance(node, UNTOUCHED) or _is_docstring(node):
            return
        for change in self._at(node, parent):
            if change is not None:
                yield change
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "bases", "type_params", "ops"):
                continue
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    yield from self._below(inner, node)

    def _at(self, node: ast.AST, parent: ast.AST) -> Iterator[_Change | None]:
        match node:
            case ast.Compare():
                yield from self._comparison(node)
            case ast.BoolOp():
                yield from self._and_or(node)
            case ast.BinOp():
                yield self._operator(node)
                yield self._operands(node)
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
                yield self._sign(node)
            case ast.Constant():
                yield from self._constant(node, parent)
            case ast.IfExp():
                yield self._replace("branch", node, self.text.of(self.text.span(node.body)))
                yield self._replace("branch", node, self.text.of(self.text.span(node.orelse)))
            case ast.Slice():
                for bound in (node.lower, node.upper, node.step):
                    if bound is not None:
                        yield self._left_out("slice", self.text.span(bound))
            case ast.Call():
                yield from self._call(node)
            case ast.Attribute(attr="T" | "mT" | "H"):
                yield self._behind(node.value, node)
            case ast.AugAssign():
                yield from self._augmented(node)
                yield self._statement(node)
            case ast.Assign():
                yield self._statement(node)
            case ast.Expr(value=ast.Call() | ast.Await()):
                yield self._statement(node)
            case ast.With():
                yield self._with(node)
            case ast.Break():
                yield self._replace("branch", node, "continue")
            case ast.Continue():
                yield self._replace("branch", node, "break")
            case ast.Return(value=ast.Tuple(elts=[first, second, *_])):
                yield self._exchanged("order", first, second)
            case ast.Subscript(slice=ast.Tuple(elts=[first, second, *_])):
                yield self._exchanged("order", first, second)
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield self._replace("branch", node.test, f"not {self.text.code(node.test)}")

    def _replace(self, kind: str, node: ast.expr | ast.stmt, new: str) -> _Change:
        span = self.text.span(node)
        return _Change(kind, span, new, f"{_shown(self.text.of(span))} becomes {_shown(new)}")

    def _left_out(self, kind: str, span: Span) -> _Change:
        return _Change(kind, span, "", f"{_shown(self.text.of(span))} is left out")

    def _sign_between(self, kind: str, left: ast.expr, right: ast.expr, old: ast.AST, new: ast.AST) -> _Change | None:
        with suppress(LookupError):
            pattern = SIGNS[type(old)]
            span = self.text.between(self.text.span(left).end, self.text.span(right).start, pattern)
            text = SIGNS[type(new)].replace("\\s+", " ").replace("\\", "")
            return _Change(kind, span, text, f"{_shown(self.text.of(span))} becomes {_shown(text)}")
        return None

    def _comparison(self, node: ast.Compare) -> Iterator[_Change | None]:
        sides = [node.left, *node.comparators]
        for at, operator in enumerate(node.ops):
            for other in COMPARED[type(operator)]:
                yield self._sign_between("comparison", sides[at], sides[at + 1], operator, other())

    def _and_or(self, node: ast.BoolOp) -> Iterator[_Change]:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            with suppress(LookupError):
                span = self.text.between(self.text.span(left).end, self.text.span(right).start, rf"\b{old}\b")
                yield _Change("operator", span, new, f"`{old}` becomes `{new}`")

    def _operator(self, node: ast.BinOp) -> _Change | None:
        other = CALCULATED.get(type(node.op))
        return self._sign_between("operator", node.left, node.right, node.op, other()) if other else None

    def _operands(self, node: ast.BinOp) -> _Change | None:
        if not isinstance(node.op, ORDERED):
            return None
        left, right = self.text.code(node.left), self.text.code(node.right)
        whole = self.text.span(node)
        with suppress(LookupError):
            sign = self.text.between(
                self.text.span(node.left).end, self.text.span(node.right).start, SIGNS[type(node.op)]
            )
            return self._as(whole, "operands", f"{right} {self.text.of(sign)} {left}")
        return None

    def _as(self, span: Span, kind: str, new: str) -> _Change:
        return _Change(kind, span, new, f"{_shown(self.text.of(span))} becomes {_shown(new)}")

    def _sign(self, node: ast.UnaryOp) -> _Change | None:
        start = self.text.span(node).start
        with suppress(LookupError):
            span = self.text.between(start, self.text.span(node.operand).start, r"(not\b|[-~])\s*")
            return _Change("sign", span, "", f"`{self.text.of(span).strip()}` is left out")
        return None

    def _constant(self, node: ast.Constant, parent: ast.AST) -> Iterator[_Change]:
        kind = "dimension" if isinstance(parent, ast.keyword) and parent.arg in DIMENSIONS else "constant"
        match node.value:
            case bool() as value:
                yield self._replace(kind, node, str(not value))
            case int() as value:
                yield self._replace(kind, node, str(value + 1))
                yield self._replace(kind, node, str(value - 1))
            case float() as value:
                yield self._replace(kind, node, repr(2 * value) if value else "1.0")

    def _call(self, node: ast.Call) -> Iterator[_Change | None]:
        function = node.func
        if isinstance(function, ast.Attribute) and root_of(function.value) not in {*self.modules, "self", "cls"}:
            yield self._behind(function.value, node)
        elif node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
            yield self._replace("call", node, self._before_a_point(node.args[0], self.text.span(node).end))
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        other = CALLED.get(name) or (ALSO_CALLED.get(name) if isinstance(function, ast.Attribute) else None)
        if other:
            end = self.text.span(function).end
            yield _Change("call", Span(end - len(name.encode()), end), other, f"`{name}` becomes `{other}`")
        if len(node.args) > 1 and not any(isinstance(one, ast.Starred) for one in node.args[:2]):
            yield self._exchanged("arguments", node.args[0], node.args[1])
        given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
        for keyword in node.keywords:
            at = given.index(keyword)
            with suppress(LookupError):
                span = self.text.span(keyword)
                if at > 0:
                    comma = self.text.between(self.text.span(given[at - 1]).end, span.start, ",")
                    span = Span(comma.start, span.end)
                elif len(given) > 1:
                    span = Span(span.start, self.text.span(given[1]).start)
                yield _Change("keyword", span, "", f"{_shown(self.text.of(self.text.span(keyword)))} is left out")

    def _before_a_point(self, value: ast.expr, end: int) -> str:
        """Return the code of what takes the place before ``end``, where a number followed by a point needs brackets."""
        code = self.text.code(value)
        is_number = isinstance(value, ast.Constant) and isinstance(value.value, int)
        return f"({code})" if is_number and self.text.data[end : end + 1] == b"." else code

    def _behind(self, value: ast.expr, node: ast.expr) -> _Change | None:
        """Leave out what is looked up or called behind a value."""
        whole = self.text.span(node)
        with suppress(LookupError):
            dot = self.text.between(self.text.span(value).end, whole.end, r"\.")
            return self._left_out("call", Span(dot.start, whole.end))
        return None

    def _exchanged(self, kind: str, first: ast.expr, second: ast.expr) -> _Change:
        one, other = self.text.span(first), self.text.span(second)
        middle = self.text.of(Span(one.end, other.start))
        whole = Span(one.start, other.end)
        return self._as(whole, kind, f"{self.text.of(other)}{middle}{self.text.of(one)}")

    def _augmented(self, node: ast.AugAssign) -> Iterator[_Change]:
        sign, other = SIGNS.get(type(node.op)), CALCULATED.get(type(node.op))
        if sign is None or other is None:
            return
        with suppress(LookupError):
            ends = self.text.span(node.target).end, self.text.span(node.value).start
            span = self.text.between(*ends, sign + "=")
            for new in (SIGNS[other].replace("\\", "") + "=", "="):
                yield _Change("operator", span, new, f"{_shown(self.text.of(span))} becomes `{new}`")

    def _statement(self, node: ast.stmt) -> _Change:
        span = self.text.span(node)
        return _Change("statement", span, "pass", f"{_shown(self.text.of(span))} is left out")

    def _with(self, node: ast.With) -> _Change | None:
        start, last = self.text.span(node).start, node.items[-1]
        end = self.text.span(last.optional_vars or last.context_expr).end
        with suppress(LookupError):
            colon = self.text.between(end, self.text.span(node.body[0]).start, ":")
            span = Span(start, colon.start)
            return _Change("context", span, "if True", f"{_shown(self.text.of(span))} becomes `if True`")
        return None


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _shown(code: str) -> str:
    """Return a piece of code as a sentence quotes it, on one line."""
    line = " ".join(code.split())
    return f"`{line if len(line) <= MAX_SHOWN else line[:MAX_SHOWN] + '…'}`"
