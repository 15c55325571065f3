"""Known mistakes, each computed only where it can show: a check that never enters a function which a mistake changes
sees of the mistake what it sees of the reference. And computed once where nothing is drawn: then every seed asks the
same. Tests prove both, mistake by mistake."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field, replace
from functools import cache
from types import CodeType, FrameType, SimpleNamespace

import torch

from autograder.checks import Check, Observations
from autograder.expectations.live import LiveExpectations
from autograder.observe import observe
from autograder.verdicts import Answer


@dataclass
class ReachedExpectations(LiveExpectations):
    """Live expectations that run a mistake only where the reference enters what the mistake changes.

    For one seed a check is the same computation each time. So what is left out would be the reference's run once more.
    Where neither the reference nor the mistake draws a number, it is the same computation for all seeds: `_still` has
    for each check that draws nothing the seed at which it was run.
    """

    _for_all_seeds: dict[tuple[str, str], Answer] = field(default_factory=dict)
    _still: dict[str, int] = field(default_factory=dict)
    _changed: dict[str, set[str]] = field(default_factory=dict)
    _entered: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def for_other_seeds(self) -> ReachedExpectations:
        """Return expectations that know what holds for all seeds, and hold no answers of these."""
        return replace(self, _answers={}, _entered={})

    def draws(self, check: Check, seed: int) -> bool:
        """Whether the check draws a number when it runs the reference."""
        self.entered_by(check, seed)
        return check.id not in self._still

    def is_for_all_seeds(self, mistake: str, check: Check, seed: int) -> bool:
        """Whether the check draws nothing when it runs the mistake."""
        self.mistaken(check, seed)[mistake]
        return (mistake, check.id) in self._for_all_seeds

    def is_reached(self, mistake: str, check: Check, seed: int) -> bool:
        """Whether the check enters a function that the mistake changes."""
        if mistake not in self._changed:
            source = self.course.source(check.room)
            self._changed[mistake] = changed(source, self.explanation(check, mistake).apply(source))
        return bool(self._changed[mistake] & self.entered_by(check, seed))

    def _answer(self, mistake: str, check: Check, seed: int) -> Answer:
        if not mistake or not self.is_reached(mistake, check, seed):
            return super()._answer("", check, self._still.get(check.id, seed))
        if (mistake, check.id) in self._for_all_seeds:
            return self._for_all_seeds[mistake, check.id]
        if check.id not in self._still:
            return super()._answer(mistake, check, seed)
        drew: list[bool] = []
        answer = super()._answer(mistake, noting_draws(check, drew), seed)
        if drew == [False]:
            self._for_all_seeds[mistake, check.id] = answer
        return answer

    def entered_by(self, check: Check, seed: int) -> set[str]:
        """Return the qualified names of what a check runs of its room when it runs the reference."""
        seed = self._still.get(check.id, seed)
        key = (check.id, seed)
        if key not in self._entered:
            source = self.course.source(check.room)
            bodies = {code.co_qualname for code in codes_of(source) if not code.co_flags & inspect.CO_OPTIMIZED}
            self._entered[key] = bodies | self._enters(check, seed)
        return self._entered[key]

    def _enters(self, check: Check, seed: int) -> set[str]:
        """Return the qualified names of the functions of its room that a check enters when it runs the reference."""
        entered, file = set(), str(self.course.folder / f"{check.room}.py")
        drew: list[bool] = []
        noting = noting_draws(check, drew)

        def note(frame: FrameType, event: str, argument: object) -> None:
            if frame.f_code.co_filename == file:
                entered.add(frame.f_code.co_qualname)

        before = sys.getprofile()
        sys.setprofile(note)
        try:
            self._answers["", check.id, seed] = observe(noting, self.course.names(check.room), seed)
        finally:
            sys.setprofile(before)
        if not any(drew):
            self._still[check.id] = seed
        return entered


def noting_draws(check: Check, drew: list[bool]) -> Check:
    """Return the check as it is, but that it notes after each run whether a generator has moved on."""

    def observe_and_note(names: SimpleNamespace, rng: torch.Generator) -> Observations:
        before = rng.get_state(), torch.get_rng_state()
        try:
            return check.observe(names, rng)
        finally:
            drew.append(not all(map(torch.equal, before, (rng.get_state(), torch.get_rng_state()))))

    return replace(check, observe=observe_and_note)


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


@cache
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
