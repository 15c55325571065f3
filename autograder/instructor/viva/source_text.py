"""A cell's source and its syntax tree, so that an edit can change a few characters and leave all others."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from autograder.notebooks.remarks import python_of

MAX_CHARACTERS = 20_000  # of a cell that somebody can be asked about in five minutes
LINE_END = re.compile(rb"\r\n|\r|\n")
COMMENT = re.compile(rb"#[^\r\n]*")
# These bind less than an operator does: in its place they need brackets.
LOOSE = (
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.UnaryOp,
    ast.IfExp,
    ast.Lambda,
    ast.Await,
    ast.NamedExpr,
    ast.GeneratorExp,
    ast.Yield,
    ast.YieldFrom,
)


class NoPython(Exception):
    """A cell that Python cannot read, its magics aside, or that is too long to be talked about."""


@dataclass(frozen=True)
class Span:
    """Where something stands in a text: bytes of its UTF-8, the end not included."""

    start: int
    end: int


class SourceText:
    """A cell's source with its tree. Lines that only a notebook can read are taken for statements that do nothing.

    Args:
        text: the source.

    Raises:
        NoPython: it cannot be read.
    """

    def __init__(self, text: str) -> None:
        self.text, self.data = text, text.encode()
        try:
            if len(text) > MAX_CHARACTERS:
                raise ValueError(f"it has more than {MAX_CHARACTERS:,} characters")
            self.tree = parsed(text)
            self.program = ast.dump(self.tree)  # the same for two texts that differ in layout and comments alone
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise NoPython(str(error)) from error

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in LINE_END.finditer(self.data))]

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> Span:
        """Return where a node stands, without the brackets around it."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first, last = self._starts[node.lineno - 1], self._starts[node.end_lineno - 1]
        return Span(first + node.col_offset, last + node.end_col_offset)

    def line(self, place: int) -> int:
        """Return the number of the line in which a place lies, from 1."""
        return bisect_right(self._starts, place)

    def of(self, span: Span) -> str:
        return self.data[span.start : span.end].decode()

    def code(self, node: ast.expr) -> str:
        """Return the text of an expression, in brackets where it needs some beside an operator."""
        text = self.of(self.span(node))
        return f"({text})" if isinstance(node, LOOSE) else text

    def between(self, before: int, after: int, pattern: str) -> Span:
        """Return where a pattern first matches between two places, comments aside.

        Raises:
            LookupError: nowhere.
        """
        stretch = COMMENT.sub(lambda comment: b" " * len(comment[0]), self.data[before:after])
        match = re.search(pattern.encode(), stretch)
        if match is None:
            raise LookupError(pattern)
        return Span(before + match.start(), before + match.end())

    def characters(self, span: Span) -> tuple[int, int]:
        """Return a span in characters."""
        start = len(self.data[: span.start].decode())
        return start, start + len(self.of(span))


def parsed(text: str) -> ast.Module:
    """Return the tree of a cell; nodes have the places that they have in its text.

    Raises:
        SyntaxError: Python cannot read it, its magics aside.
        ValueError: it holds a null byte.
    """
    return ast.parse(python_of(text))


def defining(tree: ast.Module, name: str) -> list[ast.stmt]:
    """Return the statements of a cell that define a name, and those that define what they use, in order.

    Args:
        tree: of the cell.
        name: of a function, a class or anything else; nothing is returned where the cell does not define it.
    """
    defined = [(statement, _names(statement, ast.Store)) for statement in tree.body]
    chosen: list[ast.stmt] = []
    wanted, known = [name], {name}
    while wanted:
        one = wanted.pop()
        for statement, names in defined:
            if one in names and statement not in chosen:
                chosen.append(statement)
                used = _names(statement, ast.Load) - known
                wanted += sorted(used)
                known |= used
    return [statement for statement in tree.body if statement in chosen]


def _names(statement: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    """Return the names that a statement looks up, or those that it gives to its module."""
    if context is ast.Load:
        return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    inner = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.stmt)]
    inner += [node for handler in getattr(statement, "handlers", ()) for node in handler.body]
    stored = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored.union(*(_names(node, context) for node in inner))


def is_python(source: str) -> bool:
    """Whether Python can read a source with an edit in it: brackets may be missing."""
    try:
        parsed(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
