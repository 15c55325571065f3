"""What a library does when it is imported and none of our commands needs, done when it is asked for.

``nbformat`` imports ``jsonschema``, which imports ``rfc3987_syntax`` where that is installed, as with Jupyter; and that
builds the grammar of international addresses, for a second. No notebook holds one.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

GRAMMAR = "rfc3987_syntax"


def defer_grammar() -> None:
    """Put a module into the place of ``rfc3987_syntax`` that loads it when an address is checked."""
    if GRAMMAR in sys.modules or (spec := find_spec(GRAMMAR)) is None:
        return
    stand_in = ModuleType(GRAMMAR)
    stand_in.__spec__ = spec

    def loaded(name: str) -> object:
        if name.startswith("__"):  # Python itself asks for these, at each import
            raise AttributeError(name)
        if sys.modules.get(GRAMMAR) is stand_in:
            del sys.modules[GRAMMAR]
        return getattr(import_module(GRAMMAR), name)

    def is_valid_syntax(term: str, value: str) -> object:
        valid = loaded("is_valid_syntax")
        assert callable(valid)
        return valid(term, value)

    vars(stand_in).update(is_valid_syntax=is_valid_syntax, __getattr__=loaded)
    sys.modules[GRAMMAR] = stand_in
