"""Tokens of answers. In Python, names, literals, comments, annotations, docstrings and layout do not count."""

import ast
import builtins
import io
import keyword
import re
import tokenize
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from autograder.parsing import parse

Place = tuple[int, int]

NAME, NUMBER, TEXT = "name", "0", "text"
WORD = re.compile(r"\w+")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
BUILTINS = frozenset(dir(builtins))
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
# Brackets that group change nothing, and those of a call say what its name has said.
UNSAID = {"(", ")", ";", "->"}
FSTRING_START, FSTRING_END = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)


@dataclass(frozen=True)
class CodeToken:
    """One token, as it counts, with its places as (line, column), lines from 1, columns from 0."""

    text: str
    start: Place
    end: Place


def code_tokens(source: str) -> list[list[CodeToken]]:
    """Return the tokens of a program, a list for each function or class body: their order does not count.

    Only names that nobody can change count: Python's own, and attributes of objects that the program did not make, such
    as ``einsum`` in ``torch.einsum``. A program that Python cannot read is taken as far as it goes.
    """
    lines = source.splitlines()
    source = "\n".join("" if line.lstrip()[:1] in ("%", "!", "?") else line for line in lines) + "\n"  # no magics
    source = NOT_ASCII.sub("x", source)  # the parser counts columns in bytes; no name of Python's own is lost
    own, silent = _own_names_and_silent_places(source)
    starts, ends = [start for start, _ in silent], list(accumulate((end for _, end in silent), max))
    pieces: list[list[CodeToken]] = [[]]
    before = ""
    for token in _tokens(source):
        if token.type in LAYOUT or token.string in UNSAID:
            continue
        if (begun := bisect_right(starts, token.start)) and token.start < ends[begun - 1]:
            continue
        if token.string in ("def", "class"):
            pieces.append([])
        text, before = _text(token, own, is_looked_up=before == "."), token.string
        if text == TEXT and pieces[-1] and pieces[-1][-1].text == TEXT:
            continue  # neighbouring strings are one
        pieces[-1].append(CodeToken(text, token.start, token.end))
    return [piece for piece in pieces if piece]


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Yield tokens up to the first error; an f-string, which newer Pythons take apart, as a whole."""
    begun: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.ERRORTOKEN:
                return  # older Pythons go on, and look at all spaces before it once for each of them
            if token.type == FSTRING_START:
                begun.append(token)
            elif token.type == FSTRING_END:
                first = begun.pop()
                if not begun:
                    yield tokenize.TokenInfo(tokenize.STRING, first.string, first.start, token.end, first.line)
            elif not begun:
                yield token
    except (tokenize.TokenError, SyntaxError):
        return


def _text(token: tokenize.TokenInfo, own: frozenset[str], *, is_looked_up: bool) -> str:
    if token.type == tokenize.STRING:
        return TEXT
    if token.type == tokenize.NUMBER:
        return NUMBER
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
        stays = token.string not in own and (is_looked_up or token.string in BUILTINS)
        return token.string if stays else NAME
    return token.string


def _own_names_and_silent_places(source: str) -> tuple[frozenset[str], Sequence[tuple[Place, Place]]]:
    """Return the names that a program assigns, and the places of its docstrings and annotations."""
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(), ()
    names: set[str] = set()
    silent: list[tuple[Place, Place]] = []

    def hide(first: Place, node: ast.expr | None) -> None:
        if node is not None and node.end_lineno is not None and node.end_col_offset is not None:
            silent.append((first, (node.end_lineno, node.end_col_offset)))

    for node in ast.walk(tree):
        names |= _given_by(node)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            hide((node.lineno, node.col_offset), node.value)  # a docstring, or a line that does nothing
        elif isinstance(node, ast.AnnAssign):
            hide((node.target.end_lineno or 0, node.target.end_col_offset or 0), node.annotation)
        elif isinstance(node, ast.arg):
            hide((node.lineno, node.col_offset + 1), node.annotation)  # what begins later than the name
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            hide((node.returns.lineno, node.returns.col_offset), node.returns)
    return frozenset(names), sorted(silent)


def _given_by(node: ast.AST) -> set[str]:
    """Return the names that a node of a program assigns."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.Attribute(attr=name, ctx=ast.Store() | ast.Del()):
            return {name}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            return {name}
        case ast.ExceptHandler(name=str(name)):
            return {name}
    return set()


def written_words(text: str) -> list[list[CodeToken]]:
    """Return the words of a written answer in one list, without case, signs and layout."""
    words = [
        CodeToken(word[0].casefold(), (row, word.start()), (row, word.end()))
        for row, line in enumerate(text.splitlines(), 1)
        for word in WORD.finditer(line)
    ]
    return [words] if words else []
