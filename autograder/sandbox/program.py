"""Records of a run in the sandbox: the program and its results."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.observe import Answer

MAX_TIMEOUTS = 2  # of an exercise: after so many checks that did not end, its others are not tried


@dataclass(frozen=True)
class Cell:
    """One code cell: its id and its source as the student wrote it."""

    id: str
    source: str


@dataclass(frozen=True)
class PlannedCheck:
    """A check to run, its seed, and whether it runs only in a process that tells the student nothing."""

    room: str
    exercise: str
    name: str
    seed: int
    hidden: bool = False


@dataclass(frozen=True)
class SentCheck(PlannedCheck):
    """A call of the code that its program brings along, in place of one of the course's checks."""

    arguments: Mapping[str, Any] = field(default_factory=dict)  # JSON values


@dataclass(frozen=True)
class Program:
    """A submission as it is run: cells in order, then each check in a process of its own."""

    cells: tuple[Cell, ...]
    checks: tuple[PlannedCheck, ...]
    code: str = ""  # a module with ``observations(module, sources, **arguments)``, which ``SentCheck`` calls

    def request(self) -> dict[str, Any]:
        """Return the cells as JSON values; the checks are told when the cells have ended."""
        return {"cells": [asdict(cell) for cell in self.cells]}

    @property
    def rooms(self) -> tuple[str, ...]:
        return tuple(sorted({check.room for check in self.checks}))

    def asked(self, *, hidden: bool) -> tuple[PlannedCheck, ...]:
        """Return the checks that are asked for together: the visible ones first, then the hidden ones."""
        return tuple(check for check in self.checks if check.hidden is hidden)


def pack_plan(checks: Sequence[PlannedCheck]) -> dict[str, Any]:
    return {"checks": [asdict(check) for check in checks]}


def read_request(request: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Return the cells that ``Program.request`` packed."""
    return tuple(Cell(**cell) for cell in request["cells"])


def read_plan(plan: Mapping[str, Any]) -> tuple[PlannedCheck, ...]:
    """Return the checks that ``pack_plan`` packed."""
    return tuple((SentCheck if "arguments" in check else PlannedCheck)(**check) for check in plan["checks"])


@dataclass(frozen=True)
class CellResult:
    """The output of a cell and the error that ended it, or an empty text, both cut to a sane length."""

    stdout: str
    error: str


@dataclass(frozen=True)
class RunResult:
    """The results of a program."""

    cells: Mapping[str, CellResult]  # by cell id; a cell that was never finished is absent
    answers: Mapping[tuple[str, str], Answer]  # by exercise and check name; of each, also of one that never answered
