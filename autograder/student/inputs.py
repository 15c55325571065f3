"""Cells that were run in a live notebook, and the cell in which a class or function was defined."""

import inspect
import linecache
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from types import FunctionType
from typing import Any


@dataclass(frozen=True)
class Origin:
    """Numbers, as in ``In [41]``, of the cell that made a class or function, and of the newest attempt to make it."""

    made: int
    newest: int  # greater if that attempt failed


def origin_of(name: str, value: object) -> Origin | None:
    """Return the earlier cell in which a class or function was made.

    None outside a notebook, for the cell that is running, and for a value with another name of its own, which some
    other cell has bound to this one.
    """
    if getattr(value, "__name__", "") != name:
        return None
    inputs, source = inputs_of_notebook(), source_of(value).strip()
    made = max((number for number, text in enumerate(inputs) if source and text.strip() == source), default=None)
    newest = newest_that_defines(inputs_as_typed(), name)
    if made is None or newest is None or made == len(inputs) - 1:
        return None
    return Origin(made, max(newest, made))


def newest_that_defines(inputs: Sequence[str], name: str) -> int | None:
    """Return the number of the newest cell that defines a name, other than by ``own``; None if no cell does."""
    defines = re.compile(rf"^(?:(?:class|def|async def)[ \t]+{name}\b|{name}[ \t]*=(?!=|[ \t]*own\())", re.MULTILINE)
    return max((number for number, text in enumerate(inputs) if defines.search(dedent(text))), default=None)


def inputs_of_notebook() -> Sequence[str]:
    """Return the cells run in this notebook since its kernel started, in order; none outside a notebook."""
    inputs: Sequence[str] = variables_of_notebook().get("In", ())
    return inputs


def inputs_as_typed() -> Sequence[str]:
    """Return the same cells as typed, before IPython turns magics into Python."""
    history = getattr(_shell(), "history_manager", None)
    inputs: Sequence[str] = inputs_of_notebook() if history is None else history.input_hist_raw
    return inputs


def variables_of_notebook() -> Mapping[str, Any]:
    """Return the variables of this notebook; none outside a notebook."""
    variables: Mapping[str, Any] = getattr(_shell(), "user_ns", {})
    return variables


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def source_of(value: object) -> str:
    """Return the text of the cell in which a class or function was defined."""
    of_class = vars(value).values() if isinstance(value, type) else [value]
    functions = [inspect.unwrap(part) for part in of_class if isinstance(part, FunctionType)]
    return "".join(linecache.getlines(functions[0].__code__.co_filename)) if functions else ""
