"""Known mistakes, each computed only where it can show: a check that never enters a function which a mistake changes
sees of the mistake what it sees of the reference. A test proves it, mistake by mistake."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field
from functools import cache
from types import CodeType, FrameType

from autograder.checks import Check
from autograder.observe import observe
from autograder.reference import LiveExpectations
from autograder.verdicts import Answer


@dataclass
class ReachedExpectations(LiveExpectations):
    """Live expectations that run a mistake only where the reference enters what the mistake changes.

    For one seed a check is the same computation each time. So what is left out would be the reference's run once more.
    """

    _changed: dict[str, set[str]] = field(default_factory=dict)
    _entered: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def is_reached(self, mistake: str, check: Check, seed: int) -> bool:
        """Whether the check enters a function that the mistake changes."""
        if mistake not in self._changed:
            source = self.course.source(check.room)
            self._changed[mistake] = changed(source, self.explanation(check, mistake).apply(source))
        key = (check.id, seed)
        if key not in self._entered:
            source = self.course.source(check.room)
            bodies = {code.co_qualname for code in codes_of(source) if not code.co_flags & inspect.CO_OPTIMIZED}
            self._entered[key] = bodies | self._enters(check, seed)
        return bool(self._changed[mistake] & self._entered[key])

    def _answer(self, mistake: str, check: Check, seed: int) -> Answer:
        wanted = mistake if mistake and self.is_reached(mistake, check, seed) else ""
        return super()._answer(wanted, check, seed)

    def _enters(self, check: Check, seed: int) -> set[str]:
        """Return the qualified names of the functions of its room that a check enters when it runs the reference."""
        entered, file = set(), str(self.course.folder / f"{check.room}.py")

        def note(frame: FrameType, event: str, argument: object) -> None:
            if frame.f_code.co_filename == file:
                entered.add(frame.f_code.co_qualname)

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            self._answers["", check.id, seed] = observe(check, self.course.names(check.room), seed)
        finally:
            sys.setprofile(before)
        return entered


@cache
def changed(before: str, after: str) -> set[str]:
    """Return the qualified names of the functions, class bodies and modules that do not do the same in two sources."""
    one, other = _by_name(before), _by_name(after)
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


@cache
def _by_name(source: str) -> dict[str, list[object]]:
    """Return what the code of each name does; several lambdas or comprehensions of one function have one name."""
    found: dict[str, list[object]] = {}
    for code in codes_of(source):
        found.setdefault(code.co_qualname, []).append(_what(code))
    return found


def codes_of(source: str) -> list[CodeType]:
    """Return the code of a module, of its class bodies and of its functions.

    Decorators and default values belong to what surrounds a function.
    """
    found = [compile(source, "module", "exec")]
    for code in found:
        found += [value for value in code.co_consts if isinstance(value, CodeType)]
    return found


def _what(code: CodeType) -> tuple[object, ...]:
    """Return all that decides what code does, which is not where it stands."""
    constants = [value.co_qualname if isinstance(value, CodeType) else repr(value) for value in code.co_consts]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    arguments = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    return code.co_code, constants, names, arguments, code.co_exceptiontable
