"""Python's parser, made safe for several threads."""

from __future__ import annotations

import ast
from threading import Lock

_one_at_a_time = Lock()


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
