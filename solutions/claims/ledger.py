"""The ledger: what was measured for each claim, kept in ``data/claims.json`` with a digest of what it depends on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib import import_module
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from solutions.claims import REGISTERED, Claim, Found, Numbers
from solutions.claims.digest import digest_of
from solutions.data import DATA

LEDGER = DATA / "claims.json"
FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "digest", "experiments", "ledger"}


@dataclass(frozen=True)
class Measured:
    """What a claim's experiment gave.

    Attributes:
        digest: of the code, the data and the settings that the numbers come from.
        combinations: what each has in common.
        numbers: for each combination, the named numbers over its seeds.
        seconds: of one processor.
    """

    digest: str
    combinations: list[dict[str, Any]]
    numbers: list[dict[str, tuple[float, ...]]]
    seconds: float


@dataclass(frozen=True)
class Judged:
    """A claim, or its opposite, by its measurements.

    Attributes:
        inside: what each combination of the region shows.
        outside: what the others show.
    """

    inside: list[Found]
    outside: list[Found]

    @property
    def held(self) -> int:
        return sum(found.holds for found in self.inside)

    @property
    def holds(self) -> bool:
        return self.held == len(self.inside)


def all_claims() -> list[Claim]:
    """Return the claims of the book in the order of its chapters."""
    for path in FOLDER.glob("*.py"):
        if path.stem not in MACHINERY:
            import_module(f"{__package__}.{path.stem}")
    return sorted(REGISTERED.values(), key=lambda one: chapter_of(one.room).name)


def chapter_of(room: str) -> Path:
    """Return the file of the chapter that a room's claims stand in."""
    chapters = FOLDER.parents[1] / "chapters"
    return next(chapters.glob(f"*-{room}.md"), chapters / f"{room.replace('_', '-')}.md")


def by_combination(claim: Claim) -> dict[str, list[dict[str, Any]]]:
    """Return the settings of each combination, in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for setting in claim.settings:
        found.setdefault(json.dumps(without_seed(setting)), []).append(setting)
    return found


def without_seed(setting: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in setting.items() if name != "seed"}


def judge(claim: Claim, measured: Measured, which: str = "holds") -> Judged:
    """Judge a claim, or with ``opposed`` its opposite."""
    inside: list[Found] = []
    outside: list[Found] = []
    for combination, numbers in zip(measured.combinations, measured.numbers, strict=True):
        (inside if claim.is_inside(combination) else outside).append(claim.judging[which](numbers))
    return Judged(inside, outside)


def complaints(claim: Claim, measured: Measured | None) -> list[str]:
    """Return why a claim does not stand, as sentences; an empty list where it does."""
    found = claim.complaints()
    if measured is None:
        return [*found, f"{claim.id}: nothing was measured; run make claims"]
    if measured.digest != digest_of(claim):
        return [
            *found,
            f"{claim.id}: the code, the data or the settings changed since it was measured; run make claims",
        ]
    judged, opposite = judge(claim, measured), judge(claim, measured, "opposed")
    if not judged.holds:
        found.append(f"{claim.id}: it held in {judged.held} of {len(judged.inside)} combinations")
    if opposite.holds:
        found.append(f"{claim.id}: its opposite holds in all {len(opposite.inside)} combinations")
    if claim.is_bounded and judged.outside and all(one.holds for one in judged.outside):
        found.append(f"{claim.id}: it holds outside of its bounds, too")
    return found


def read(path: Path = LEDGER) -> dict[str, Measured]:
    """Return what was measured, by the claim's id; nothing where there is no ledger yet."""
    if not path.exists():
        return {}
    rows: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return {
        name: Measured(
            row["digest"],
            row["combinations"],
            [{key: tuple(values) for key, values in numbers.items()} for numbers in row["numbers"]],
            row["seconds"],
        )
        for name, row in rows.items()
    }


def write(ledger: Mapping[str, Measured], path: Path = LEDGER) -> None:
    """Write the ledger, in the order of the claims."""
    rows = [f"{json.dumps(one.id)}: {_row(ledger[one.id])}" for one in all_claims() if one.id in ledger]
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def _row(measured: Measured) -> str:
    """Return JSON with a line for each combination, so that a difference of two ledgers can be read."""
    fields = asdict(measured)
    lines = {name: [json.dumps(one) for one in fields.pop(name)] for name in ("combinations", "numbers")}
    shown = [f" {json.dumps(name)}: [\n  " + ",\n  ".join(rows) + "\n ]" for name, rows in lines.items()]
    return "{\n" + ",\n".join([*(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in fields.items()), *shown]) + "\n}"


def stale(claims: list[Claim], ledger: Mapping[str, Measured]) -> list[Claim]:
    """Return the claims that have to be measured, for the first time or anew."""
    return [one for one in claims if one.id not in ledger or ledger[one.id].digest != digest_of(one)]


def measure_one(name: str, setting: Mapping[str, Any]) -> tuple[dict[str, float], float]:
    """Run a claim's experiment in one setting, on one thread; also return the seconds of the processor.

    Raises:
        ValueError: a number is not finite; JSON holds none such, and an interval neither.
    """
    import torch

    torch.set_num_threads(1)
    all_claims()
    started = time.process_time()
    numbers = {key: float(f"{value:.6g}") for key, value in REGISTERED[name].measure(**setting).items()}
    if not all(map(isfinite, numbers.values())):
        raise ValueError(f"{name} in {dict(setting)}: {numbers}")
    return numbers, time.process_time() - started


def measure(claims: list[Claim], advance: Callable[[], object] = lambda: None) -> Iterator[tuple[Claim, Measured]]:
    """Measure claims on all processors, and give each when it is complete.

    Args:
        claims: those to measure.
        advance: called after each setting.
    """
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        futures: dict[str, list[list[Future[tuple[dict[str, float], float]]]]] = {}
        for one in claims:
            groups = by_combination(one).values()
            futures[one.id] = [[pool.submit(measure_one, one.id, setting) for setting in group] for group in groups]
            for future in (future for group in futures[one.id] for future in group):
                future.add_done_callback(lambda _: advance())
        for one in claims:
            results = [[future.result() for future in group] for group in futures[one.id]]
            numbers: list[Numbers] = [
                {key: tuple(numbers[key] for numbers, _ in group) for key in group[0][0]} for group in results
            ]
            yield (
                one,
                Measured(
                    digest_of(one),
                    [without_seed(group[0]) for group in by_combination(one).values()],
                    [dict(named) for named in numbers],
                    round(sum(seconds for group in results for _, seconds in group), 1),
                ),
            )
