"""From which cell of a live notebook the code comes that a check is given."""

from __future__ import annotations

import inspect
import linecache
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any


@dataclass(frozen=True)
class Origin:
    """Where a class or function was made."""

    made: int  # number of the cell that made it, as in ``In [41]``
    newest: int  # number of the newest cell that was run to make one of this name; another one has failed


def origin_of(name: str, value: object) -> Origin | None:
    """Return from which earlier cell a class or function comes.

    None outside a notebook, where it is the cell that is running, and where it cannot be known: of what has another
    name of its own, another cell has made this one.
    """
    if getattr(value, "__name__", "") != name:
        return None
    inputs, source = inputs_of_notebook(), source_of(value)
    origin = origin_among(inputs, name, source) if source else None
    return origin if origin and origin.made < len(inputs) - 1 else None


def origin_among(inputs: Sequence[str], name: str, source: str) -> Origin | None:
    """Return which of the cells that were run has this source, and which is the newest that defines the name."""
    made = [number for number, text in enumerate(inputs) if text.strip() == source.strip()]
    newest = newest_that_defines(inputs, name)
    return Origin(made[-1], max(newest, made[-1])) if made and newest is not None else None


def newest_that_defines(inputs: Sequence[str], name: str) -> int | None:
    """Return the number of the newest cell that was run and defines a name, None where none does."""
    defines = re.compile(rf"^[ \t]*(?:(?:class|def|async def)[ \t]+{name}\b|{name}[ \t]*=(?!=))", re.MULTILINE)
    found = [number for number, text in enumerate(inputs) if defines.search(text)]
    return found[-1] if found else None


def inputs_of_notebook() -> Sequence[str]:
    """Return the cells that were run in this notebook, in order and since its kernel started; none outside of one."""
    inputs: Sequence[str] = variables_of_notebook().get("In", ())
    return inputs


def inputs_as_typed() -> Sequence[str]:
    """Return the same cells as they stand in the notebook: before IPython makes its own magics into Python."""
    history = getattr(_shell(), "history_manager", None)
    inputs: Sequence[str] = inputs_of_notebook() if history is None else history.input_hist_raw
    return inputs


def variables_of_notebook() -> Mapping[str, Any]:
    """Return what is defined in this notebook; nothing outside of one."""
    variables: Mapping[str, Any] = getattr(_shell(), "user_ns", {})
    return variables


def _shell() -> Any:
    return sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None


def source_of(value: object) -> str:
    """Return the text of the cell in which a class or function was defined."""
    of_class = vars(value).values() if isinstance(value, type) else [value]
    functions = [inspect.unwrap(part) for part in of_class if isinstance(part, FunctionType)]
    return "".join(linecache.getlines(functions[0].__code__.co_filename)) if functions else ""
