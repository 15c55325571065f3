"""Small edits for any program. Each changes a few characters and leaves all others alone."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from autograder.instructor.viva.source_text import NoPython, Place, SourceText, Span, defining

# Operators that people take for each other.
COMPARED = {"<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="]}
COMPARED |= {"is": ["is not"], "is not": ["is"], "in": ["not in"], "not in": ["in"]}
CALCULATED = {"+": "-", "-": "+", "*": "/", "/": "*", "//": "*", "%": "*", "**": "*", "@": "*", "&": "|", "|": "&"}
CALLED = {"min": "max", "any": "all", "zeros": "ones", "zeros_like": "ones_like", "eval": "train"}
CALLED |= {opposite: name for name, opposite in CALLED.items()}
ORDERED = ("-", "/", "//", "%", "**", "@")
# Names that people confuse and still get an answer, as methods of a tensor or functions of torch.
ALSO_CALLED = {"mean": "sum", "sum": "mean", "amax": "amin", "amin": "amax", "argmax": "argmin", "argmin": "argmax"}
DIMENSIONS = {"dim", "axis", "dim0", "dim1", "start_dim", "end_dim"}
MODULES = {"torch", "nn", "F", "math", "np", "numpy", "time", "copy", "functional"}

UNTOUCHED = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal)
UNTOUCHED_FIELDS = ("annotation", "returns", "decorator_list", "bases", "type_params", "ops")
MAX_LINES = 6  # that a small edit replaces
MAX_SHOWN = 120  # characters of a piece that a sentence quotes


@dataclass(frozen=True)
class Edit:
    """One small change of a source."""

    kind: str
    start: int  # of the replaced characters; ``end`` is the one after their last
    end: int
    text: str  # the replacement
    says: str  # the change as a clause, such as "`+` becomes `-`"
    line: int  # of the source in which it begins, from 1

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
            for edit in catalogue.below(statement, text.tree):
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

    def below(self, node: ast.AST, parent: ast.AST) -> Iterator[Edit]:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, UNTOUCHED) or is_docstring:
            return
        for edits in self._at(node, parent):
            # `is not` over two lines, keywords in an unusual order, or a number of more digits than Python writes
            with suppress(LookupError, ValueError):
                yield from edits
        for field, value in ast.iter_fields(node):
            if field not in UNTOUCHED_FIELDS:
                for inner in value if isinstance(value, list) else [value]:
                    if isinstance(inner, ast.AST):
                        yield from self.below(inner, node)

    def _at(self, node: ast.AST, parent: ast.AST) -> Iterator[Iterable[Edit]]:
        match node:
            case ast.Compare():
                yield self._comparison(node)
            case ast.BoolOp():
                old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield self._sign("operator", left, right, old, [new])
            case ast.BinOp():
                yield self._operator(node)
            case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert()):
                yield self._prefix(node)
            case ast.Constant():
                yield self._constant(node, parent)
            case ast.IfExp():
                yield [self._becomes("branch", node, self.text.of(branch)) for branch in (node.body, node.orelse)]
            case ast.Slice():
                yield [self._left_out("slice", bound) for bound in (node.lower, node.upper, node.step) if bound]
            case ast.Call():
                yield self._call(node)
                given: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
                for at in range(len(node.args), len(given)):
                    yield self._keyword(given, at)
            case ast.Attribute(attr="T" | "mT" | "H"):
                yield self._suffix(node.value, node)
            case ast.AugAssign():
                sign = sign_of(type(node.op))
                if confused := CALCULATED.get(sign):
                    yield self._sign("operator", node.target, node.value, f"{sign}=", [f"{confused}=", "="])
                yield [self._left_out("statement", node, "pass")]
            case ast.Assign() | ast.Expr(value=ast.Call() | ast.Await()):
                yield [self._left_out("statement", node, "pass")]
            case ast.With():
                yield self._with(node)
            case ast.Break():
                yield [self._becomes("branch", node, "continue")]
            case ast.Continue():
                yield [self._becomes("branch", node, "break")]
            case ast.Return(value=ast.Tuple(elts=[first, second, *_])):
                yield [self._exchanged("order", first, second)]
            case ast.Subscript(slice=ast.Tuple(elts=[first, second, *_])):
                yield [self._exchanged("order", first, second)]
        if isinstance(node, ast.If | ast.While) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
            yield [self._becomes("branch", node.test, f"not {self.text.operand(node.test)}")]

    def _edit(self, kind: str, place: Place, text: str, says: str) -> Edit:
        start, end = self.text.span(place)
        return Edit(kind, start, end, text, says, self.text.line(start))

    def _becomes(self, kind: str, place: Place, new: str) -> Edit:
        return self._edit(kind, place, new, f"{_shown(self.text.of(place))} becomes {_shown(new)}")

    def _left_out(self, kind: str, place: Place, new: str = "") -> Edit:
        return self._edit(kind, place, new, f"{_shown(self.text.of(place))} is left out")

    def _exchanged(self, kind: str, first: ast.expr, second: ast.expr) -> Edit:
        left, right = self.text.span(first), self.text.span(second)
        middle = self.text.of(Span(left.end, right.start))
        return self._becomes(kind, Span(left.start, right.end), f"{self.text.of(right)}{middle}{self.text.of(left)}")

    def _sign(self, kind: str, left: ast.expr, right: ast.expr, old: str, new: Sequence[str]) -> Iterator[Edit]:
        span = self.text.between(left, right, r"\s+".join(map(re.escape, old.split())))
        for sign in new:
            yield self._becomes(kind, span, sign)

    def _comparison(self, node: ast.Compare) -> Iterator[Edit]:
        for left, right, operator in zip([node.left, *node.comparators], node.comparators, node.ops, strict=False):
            sign = sign_of(type(operator))
            yield from self._sign("comparison", left, right, sign, COMPARED[sign])

    def _operator(self, node: ast.BinOp) -> Iterator[Edit]:
        sign = sign_of(type(node.op))
        if sign in ORDERED:
            exchanged = f"{self.text.operand(node.right)} {sign} {self.text.operand(node.left)}"
            yield self._becomes("operands", node, exchanged)
        if confused := CALCULATED.get(sign):
            yield from self._sign("operator", node.left, node.right, sign, [confused])

    def _prefix(self, node: ast.UnaryOp) -> Iterator[Edit]:
        start = self.text.span(node).start
        yield self._left_out("sign", self.text.between(Span(start, start), node.operand, r"(not\b|[-~])\s*"))

    def _suffix(self, value: ast.expr, node: ast.expr) -> Iterator[Edit]:
        """Leave out the attribute or call after a value."""
        end = self.text.span(node).end
        dot = self.text.between(value, Span(end, end), r"\.")
        yield self._left_out("call", Span(dot.start, end))

    def _constant(self, node: ast.Constant, parent: ast.AST) -> Iterator[Edit]:
        kind = "dimension" if isinstance(parent, ast.keyword) and parent.arg in DIMENSIONS else "constant"
        match node.value:
            case bool() as value:
                yield self._becomes(kind, node, str(not value))
            case int() as value:
                yield self._becomes(kind, node, str(value + 1))
                yield self._becomes(kind, node, str(value - 1))
            case float() as value:
                yield self._becomes(kind, node, repr(2 * value) if value else "1.0")

    def _call(self, node: ast.Call) -> Iterator[Edit]:
        function = node.func
        method = function if isinstance(function, ast.Attribute) else None
        if method and root_of(method.value) not in {*self.modules, "self", "cls"}:
            yield from self._suffix(method.value, node)
        elif node.args and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
            yield self._becomes("call", node, self._in_place_of(node, node.args[0]))
        name = method.attr if method else getattr(function, "id", "")
        confused = CALLED.get(name) or (ALSO_CALLED.get(name) if method else None)
        if confused:
            end = self.text.span(function).end
            yield self._becomes("call", Span(end - len(name), end), confused)
        if len(node.args) > 1 and not any(isinstance(argument, ast.Starred) for argument in node.args[:2]):
            yield self._exchanged("arguments", node.args[0], node.args[1])

    def _in_place_of(self, call: ast.Call, value: ast.expr) -> str:
        """Return the code of a value that replaces a call: a number before a point needs brackets."""
        code, end = self.text.operand(value), self.text.span(call).end
        is_number = isinstance(value, ast.Constant) and isinstance(value.value, int)
        return f"({code})" if is_number and self.text.text[end : end + 1] == "." else code

    def _keyword(self, given: Sequence[ast.expr | ast.keyword], at: int) -> Iterator[Edit]:
        span = self.text.span(given[at])
        whole = span
        if at > 0:
            whole = Span(self.text.between(given[at - 1], span, ",").start, span.end)
        elif len(given) > 1:
            whole = Span(span.start, self.text.span(given[1]).start)
        yield self._edit("keyword", whole, "", f"{_shown(self.text.of(span))} is left out")

    def _with(self, node: ast.With) -> Iterator[Edit]:
        last = node.items[-1]
        colon = self.text.between(last.optional_vars or last.context_expr, node.body[0], ":")
        yield self._becomes("context", Span(self.text.span(node).start, colon.start), "if True")


def sign_of(operator: type[ast.operator] | type[ast.cmpop]) -> str:
    """Return an operator as Python writes it between its operands."""
    left, right = ast.Name("left"), ast.Name("right")
    if issubclass(operator, ast.cmpop):
        expression: ast.expr = ast.Compare(left, [operator()], [right])
    else:
        expression = ast.BinOp(left, operator(), right)
    return ast.unparse(expression).removeprefix("left ").removesuffix(" right")


def root_of(node: ast.AST) -> str:
    """Return the name that a chain of attributes begins with, or nothing where it begins with something else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _shown(code: str) -> str:
    """Return a piece of code as a sentence quotes it, on one line."""
    line = " ".join(code.split())
    return f"`{line if len(line) <= MAX_SHOWN else line[:MAX_SHOWN] + '…'}`"
