"""Python's parser, made safe for several threads, and the Python under a cell's magics."""

import ast
import re
from contextlib import suppress
from threading import Lock

_one_at_a_time = Lock()

_CELL_MAGICS = re.compile(r"\A(?:\s*%%(?:time|timeit|capture|prun)\b.*)+")
# Before a compound statement %time stays a magic: the 0 that takes its place cannot stand on the line of one.
_COMPOUND = r"(?:async|class|def|for|if|try|while|with)\b"
_TIME = re.compile(rf"^([ \t]*)%time(?=[ \t]+(?!{_COMPOUND})[^\s!%-])", re.MULTILINE)


def parse(source: str | bytes) -> ast.Module:
    """Return the tree of a Python source, as ``ast.parse`` does.

    Where Python lacks the fix of its issue 106905, two threads that parse share a counter of depth, and one of them
    can get a SystemError that has nothing to do with its source.

    Raises:
        SyntaxError: it is not Python.
        ValueError: it holds a null byte.
        RecursionError, MemoryError: it is nested too deeply.
    """
    with _one_at_a_time:
        return ast.parse(source)


def literal(source: str) -> object:
    """Return the value of a literal, as ``ast.literal_eval`` does; raise ValueError or SyntaxError."""
    with _one_at_a_time:
        return ast.literal_eval(source)


def bound(node: ast.AST) -> set[str]:
    """Return the names that a statement binds at the top level, also under if, try, with, match and loops."""
    names, waiting = set[str](), [node]
    while waiting:  # no recursion: a student's expression can be deeper than that
        match node := waiting.pop():
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                names.add(node.name)
            case ast.Import() | ast.ImportFrom():
                names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                pass  # names of their own
            case _:
                names |= {node.name} if isinstance(node, ast.MatchAs | ast.MatchStar) and node.name else set()
                waiting += ast.iter_child_nodes(node)
    return names


def code_under_magics(cell: str) -> str:
    """Return a cell's text with the magics off that run Python, such as %%time: their code keeps its lines and columns.

    Python may be unable to read it still.
    """
    bare = _CELL_MAGICS.sub(lambda magics: magics[0].replace("%%", "##"), cell)
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        parse(bare)
        return bare  # what looks like a magic in it is part of a text
    return _TIME.sub(r"\g<1>0;   ", bare)
