"""A cell's source with its syntax tree, for edits that change a few characters and leave all others."""

import ast
import re
from typing import NamedTuple

from autograder.notebooks.remarks import python_of
from autograder.parsing import bound, parse

MAX_CHARACTERS = 20_000  # of a cell that somebody can be asked about in five minutes
LINE_END = re.compile(r"\r\n|\r|\n")
COMMENT = re.compile(r"#[^\r\n]*")
# Expressions that need no brackets as an operand; all others can bind less than an operator.
ATOMS = (ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Subscript, ast.JoinedStr)
DISPLAYS = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)


class NoPython(Exception):
    """A cell that Python cannot read, its magics aside, or that is too long to be talked about."""


class Span(NamedTuple):
    """A stretch of a text: its first character, and the one after its last."""

    start: int
    end: int


Place = Span | ast.expr | ast.stmt | ast.keyword


class SourceText:
    """A cell's source with its tree, where lines for a notebook alone do nothing; NoPython where it cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            if len(text) > MAX_CHARACTERS:
                raise ValueError(f"it has more than {MAX_CHARACTERS:,} characters")
            self.tree = parse(python_of(text))
            self.program = ast.dump(self.tree)  # the same for two texts that differ in layout and comments alone
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise NoPython(str(error)) from error
        self._starts = [0, *(end.end() for end in LINE_END.finditer(text))]

    def span(self, place: Place) -> Span:
        """Return the span of a node, without the brackets around it."""
        if isinstance(place, Span):
            return place
        assert place.end_lineno is not None
        assert place.end_col_offset is not None
        start = self._character(place.lineno, place.col_offset)
        return Span(start, self._character(place.end_lineno, place.end_col_offset))

    def _character(self, line: int, column: int) -> int:
        """Return the place of a column, which a tree counts in bytes of UTF-8."""
        start = self._starts[line - 1]
        return start + len(self.text[start : start + column].encode()[:column].decode())

    def of(self, place: Place) -> str:
        start, end = self.span(place)
        return self.text[start:end]

    def operand(self, node: ast.expr) -> str:
        """Return the text of an expression, in brackets where it needs some beside an operator."""
        return self.of(node) if isinstance(node, ATOMS + DISPLAYS) else f"({self.of(node)})"

    def between(self, before: Place, after: Place, pattern: str) -> Span:
        """Return the first match of a pattern between two places, comments aside; raise LookupError without one."""
        begin = self.span(before).end
        stretch = self.text[begin : self.span(after).start]
        match = re.search(pattern, COMMENT.sub(lambda comment: " " * len(comment[0]), stretch))
        if match is None:
            raise LookupError(pattern)
        return Span(begin + match.start(), begin + match.end())


def defining(tree: ast.Module, name: str) -> list[ast.stmt]:
    """Return the statements of a cell that define a name and the names that it uses, in order."""
    left = [statement for statement in tree.body if not isinstance(statement, ast.Import | ast.ImportFrom)]
    chosen, known = list[ast.stmt](), {name}
    while more := [statement for statement in left if bound(statement) & known]:
        chosen += more
        left = [statement for statement in left if statement not in more]
        known |= {node.id for statement in more for node in ast.walk(statement) if isinstance(node, ast.Name)}
    return [statement for statement in tree.body if statement in chosen]
