"""The ledger: the measurements of each claim, in ``data/claims.json``, with a digest of what they depend on."""

import ast
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache
from importlib import import_module
from inspect import getsource
from math import isfinite
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from autograder.dependencies import digest
from solutions.claims import REGISTERED, BoundedInterval, Claim
from solutions.data import DATA, SAMPLE

LEDGER = DATA / "claims.json"
FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "experiments", "ledger"}
Definition = tuple[str, str]  # a module, and a name that it defines
Run = tuple[Callable[..., Mapping[str, float]], str]  # an experiment, and its setting as JSON


@dataclass(frozen=True)
class LedgerEntry:
    """The measurements of a claim."""

    digest: str  # of the code, the data and the settings that the numbers come from
    combinations: list[dict[str, Any]]  # the settings of each, without the seed
    numbers: list[dict[str, tuple[float, ...]]]  # for each combination, the named numbers over its seeds
    seconds: float  # of one processor, also for what it shares with another claim


@dataclass(frozen=True)
class Judgement:
    """A claim, or its opposite, judged by the combinations inside and outside of the claim's region."""

    inside: list[BoundedInterval]
    outside: list[BoundedInterval]

    @property
    def held(self) -> int:
        return sum(shown.holds for shown in self.inside)

    @property
    def holds(self) -> bool:
        return self.held == len(self.inside)


def all_claims() -> list[Claim]:
    """Return the claims of the book in the order of its chapters."""
    for path in FOLDER.glob("*.py"):
        if path.stem not in MACHINERY:
            import_module(f"{__package__}.{path.stem}")
    return sorted(REGISTERED.values(), key=lambda claim: chapter_of(claim.room).name)


def chapter_of(room: str) -> Path:
    """Return the file of the chapter whose claims a room registers."""
    chapters = FOLDER.parents[1] / "chapters"
    return next(chapters.glob(f"*-{room}.md"), chapters / f"{room.replace('_', '-')}.md")


def by_combination(claim: Claim) -> list[list[dict[str, Any]]]:
    """Return the settings of each combination, in their order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for setting in claim.settings:
        groups.setdefault(json.dumps(without_seed(setting)), []).append(setting)
    return list(groups.values())


def without_seed(setting: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in setting.items() if name != "seed"}


def judge(claim: Claim, entry: LedgerEntry, opposed: bool = False) -> Judgement:
    bounds = claim.opposed if opposed else claim.holds
    inside: list[BoundedInterval] = []
    outside: list[BoundedInterval] = []
    for combination, numbers in zip(entry.combinations, entry.numbers, strict=True):
        (inside if claim.is_inside(combination) else outside).append(bounds(numbers))
    return Judgement(inside, outside)


def complaints(claim: Claim, entry: LedgerEntry | None) -> list[str]:
    """Return reasons why a claim does not stand, as sentences."""
    faults = claim.complaints()
    if entry is None:
        return [*faults, f"{claim.id}: was never measured; run make claims"]
    if entry.digest != digest_of(claim):
        return [*faults, f"{claim.id}: its code, data or settings changed since it was measured; run make claims"]
    judgement, opposite = judge(claim, entry), judge(claim, entry, opposed=True)
    if not judgement.holds:
        faults.append(f"{claim.id}: it held in {judgement.held} of {len(judgement.inside)} combinations")
    if "" in {shown.quantity for shown in (*judgement.inside, *opposite.inside)}:
        faults.append(f"{claim.id}: one of its quantities has no words")
    if opposite.holds:
        faults.append(f"{claim.id}: its opposite holds in all {len(opposite.inside)} combinations")
    if judgement.outside and all(shown.holds for shown in judgement.outside):
        faults.append(f"{claim.id}: it holds outside of its bounds, too")
    return faults


def read(path: Path = LEDGER) -> dict[str, LedgerEntry]:
    """Return the measurements by the claim's id; an empty ledger where the file is missing."""
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    entries = {name: LedgerEntry(**row) for name, row in rows.items()}
    for entry in entries.values():
        entry.numbers[:] = [{key: tuple(values) for key, values in named.items()} for named in entry.numbers]
    return entries


def write(ledger: Mapping[str, LedgerEntry], path: Path = LEDGER) -> None:
    """Write the ledger, in the order of the claims."""
    rows = [f"{json.dumps(claim.id)}: {_row(ledger[claim.id])}" for claim in all_claims() if claim.id in ledger]
    path.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")


def _row(entry: LedgerEntry) -> str:
    """Return JSON with a line for each combination, which makes differences between two ledgers readable."""
    fields = asdict(entry)
    lines = {name: [json.dumps(part) for part in fields.pop(name)] for name in ("combinations", "numbers")}
    shown = [f" {json.dumps(name)}: [\n  " + ",\n  ".join(rows) + "\n ]" for name, rows in lines.items()]
    return "{\n" + ",\n".join([*(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in fields.items()), *shown]) + "\n}"


# --- measuring


def stale(claims: list[Claim], ledger: Mapping[str, LedgerEntry]) -> list[Claim]:
    """Return the claims without a measurement of today's code."""
    return [claim for claim in claims if claim.id not in ledger or ledger[claim.id].digest != digest_of(claim)]


def measure_one(name: str, setting: Mapping[str, Any]) -> tuple[dict[str, float], float]:
    """Run a claim's experiment in one setting, on one thread; also return the seconds of the processor.

    Raises:
        ValueError: a number is not finite, which neither JSON nor an interval can express.
    """
    import torch

    torch.set_num_threads(1)
    all_claims()
    started = time.process_time()
    numbers = {key: float(f"{value:.6g}") for key, value in REGISTERED[name].measure(**setting).items()}
    if not all(map(isfinite, numbers.values())):
        raise ValueError(f"{name} in {dict(setting)}: {numbers}")
    return numbers, time.process_time() - started


def run_of(claim: Claim, setting: Mapping[str, Any]) -> Run:
    """Return what a run is known by: claims about the same experiment share it."""
    return claim.measure, json.dumps(setting)


def runs_of(claims: list[Claim]) -> dict[Run, tuple[str, dict[str, Any]]]:
    """Return the runs that claims need, each with the id of a claim and the setting."""
    return {run_of(claim, setting): (claim.id, setting) for claim in claims for setting in claim.settings}


def measure(claims: list[Claim], advance: Callable[[str], object]) -> Iterator[tuple[Claim, LedgerEntry]]:
    """Measure claims on all processors and give each as soon as it is complete; ``advance`` follows each run."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        futures = {run: pool.submit(measure_one, *what) for run, what in runs_of(claims).items()}
        for future in futures.values():
            future.add_done_callback(lambda _: advance(""))
        for claim in claims:
            groups = by_combination(claim)
            results = [[futures[run_of(claim, setting)].result() for setting in group] for group in groups]
            combinations = [without_seed(group[0]) for group in groups]
            numbers = [{key: tuple(named[key] for named, _ in group) for key in group[0][0]} for group in results]
            seconds = sum(seconds for group in results for _, seconds in group)
            yield claim, LedgerEntry(digest_of(claim), combinations, numbers, round(seconds, 1))


# --- the digest


def digest_of(claim: Claim) -> str:
    """Return the SHA-256 of what a claim's numbers depend on: experiment, the course's code in it, data, settings.

    Only code counts: comments, docstrings, names of local variables, messages of errors and the claim's wording can
    change without another measurement.
    """
    todo: list[Definition] = [(claim.measure.__module__, claim.measure.__name__)]
    code: dict[Definition, str] = {}
    while todo:
        module, name = todo.pop()
        definitions, imports = _parsed(module)
        if name in definitions and (module, name) not in code:
            code[module, name] = _text(definitions[name])
            used = {node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)}
            todo += [imports.get(name, (module, name)) for name in used]
    texts = [f"{module}.{name} {text}" for (module, name), text in sorted(code.items())]
    return digest((), texts, claim.settings, SAMPLE)


@cache
def _parsed(module: str) -> tuple[dict[str, ast.stmt], dict[str, Definition]]:
    """Return a module's definitions by name, as bare code, and the origin of what it imports of the course."""
    definitions: dict[str, ast.stmt] = {}
    imports: dict[str, Definition] = {}
    for node in ast.parse(getsource(import_module(module))).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = _bare(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [inner for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)]
            definitions |= {name.id: node for name in names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("solutions"):
            imports |= {alias.asname or alias.name: (str(node.module), alias.name) for alias in node.names}
    return definitions, imports


def _bare(node: ast.FunctionDef | ast.ClassDef) -> ast.stmt:
    """Return a definition without docstrings, messages of errors, and the decorator that registers a claim."""
    node.decorator_list = [by for by in node.decorator_list if not ast.unparse(by).startswith("claim(")]
    for inner in ast.walk(node):
        if isinstance(inner, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(inner, clean=False) is not None:
            inner.body = inner.body[1:] or [ast.Pass()]
        elif isinstance(inner, ast.Raise) and isinstance(inner.exc, ast.Call):
            inner.exc = inner.exc.func
    return node


def _text(node: ast.stmt) -> str:
    """Return code as text in which local variables are numbered by their first appearance."""
    text = ast.dump(node)
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return text
    names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)]
    numbers = {name: at for at, name in enumerate(dict.fromkeys(inner.id for inner in names))}
    return re.sub(r"\bid='(\w+)'", lambda match: f"id='{numbers.get(match[1], match[1])}'", text)
