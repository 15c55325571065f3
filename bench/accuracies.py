"""Train every recipe with several seeds, and compare with the book's figures: ``make results``.

Each step of the ladder, and each control of one, is measured on validation images alone. The test images are read once
for each run of a named recipe, after all choices.
"""

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from math import hypot, sqrt
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from solutions import data
from solutions.accelerate import device as machine
from solutions.accelerate.recipes import CONTROLS, LADDER, RECIPES, Recipe, controlled, rung
from solutions.claims import paired
from solutions.runs import run as runs

SHOWN = data.DATA / "results.json"  # the book's figures
SEEDS = range(5)
NAMES = {recipe: name for name, recipe in RECIPES.items()}
MOST = 4.0  # standard errors by which a mean may differ from the one shown: other processors round otherwise


def train(recipe: Recipe, seed: int) -> dict[str, float]:
    machine.use_threads()
    dataset, name = data.load(), NAMES.get(recipe, "")
    settings = runs.Settings(name, recipe, seed, "cpu")
    started = time.process_time()  # with one thread the time on a quiet machine, and the same on a busy one
    with TemporaryDirectory() as folder:
        run = runs.train(settings, dataset, Path(folder), lambda _: None, lambda _: False)
    seconds = round(time.process_time() - started, 1)
    measured = {"valid": run.progress.history.accuracies[run.progress.kept - 1], "seconds": seconds}
    return measured | {"epochs": run.progress.epochs} | ({"test": run.test.accuracy} if name else {})


def measure() -> dict[str, Any]:
    """Return the recipes, the ladder and its controls, each with a list for the seeds."""
    ladder = [(step, changes, rung(number)) for number, (step, changes) in enumerate(LADDER)]
    controls = [(step, changes, controlled(step, changes)) for step, changes in CONTROLS]
    recipes = list(dict.fromkeys([*RECIPES.values(), *(recipe for _, _, recipe in ladder + controls)]))
    jobs = [(recipe, seed) for recipe in recipes for seed in SEEDS]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        results = pool.map(train, *zip(*jobs, strict=True))
        rows = list(track(results, "training", len(jobs), console=Console(stderr=True)))
    measured = {recipe: rows[at * len(SEEDS) :][: len(SEEDS)] for at, recipe in enumerate(recipes)}

    def steps(named: list[tuple[str, dict[str, Any], Recipe]]) -> list[dict[str, Any]]:
        return [
            {"step": step, "changes": changes, **columns(measured[recipe], without="test")}
            for step, changes, recipe in named
        ]

    return {
        "data": runs.describe(data.load()),
        "seeds": list(SEEDS),
        "recipes": {name: {"recipe": asdict(recipe), **columns(measured[recipe])} for name, recipe in RECIPES.items()},
        "ladder": steps(ladder),
        "controls": steps(controls),
    }


def columns(measured: list[dict[str, float]], without: str = "") -> dict[str, list[float]]:
    return {name: [row[name] for row in measured] for name in measured[0] if name != without}


def tables(results: dict[str, Any]) -> list[Table]:
    recipes = Table("recipe", "epochs", "processor seconds", "validation", "test", "range of test")
    for name, row in results["recipes"].items():
        spread = f"{min(row['test']):.2%} to {max(row['test']):.2%}"
        numbers = (f"{mean(row['epochs']):.0f}", f"{mean(row['seconds']):.0f}", in_percent(row["valid"]))
        recipes.add_row(name, *numbers, in_percent(row["test"]), spread)
    ladder = Table("step", "validation", "minus the step before")
    for before, row in zip([None, *results["ladder"]], results["ladder"], strict=False):
        ladder.add_row(row["step"], in_percent(row["valid"]), gain(before, row) if before else "")
    controls = Table("step", "changed", "validation", "minus the step as it is")
    steps = {row["step"]: row for row in results["ladder"]}
    for row in results["controls"]:
        changed = ", ".join(f"{name} {value:g}" for name, value in row["changes"].items())
        controls.add_row(row["step"], changed, in_percent(row["valid"]), gain(steps[row["step"]], row))
    return [recipes, ladder, controls]


def gain(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return the difference of two rows over the same seeds, with its 95 % interval, in points."""
    difference = paired(after["valid"], before["valid"])
    return f"{100 * difference.mean:+.2f} ({100 * difference.low:+.2f} to {100 * difference.high:+.2f})"


def in_percent(values: list[float]) -> str:
    return f"{mean(values):.2%} ± {standard_error(values):.2%}"


def standard_error(values: list[float]) -> float:
    return stdev(values) / sqrt(len(values))


def is_stale(shown: dict[str, Any]) -> bool:
    """Return whether the book's figures are of other recipes, another ladder or other data than the repository's."""
    recipes = {name: asdict(recipe) for name, recipe in RECIPES.items()}
    steps = {"ladder": LADDER, "controls": CONTROLS}
    return (
        {name: row["recipe"] for name, row in shown["recipes"].items()} != recipes
        or any([(row["step"], row["changes"]) for row in shown[name]] != [*named] for name, named in steps.items())
        or shown["data"]["is_sample"]
    )


def differences(shown: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    """Return a line for each mean that differs by more than chance and other processors can explain."""
    pairs = [(name, shown["recipes"][name], row) for name, row in measured["recipes"].items()]
    steps = [
        (old, new) for part in ("ladder", "controls") for old, new in zip(shown[part], measured[part], strict=True)
    ]
    pairs += [(f"{new['step']} {new['changes']}", old, new) for old, new in steps]
    lines = []
    for name, old, new in pairs:
        for key in {"valid", "test"} & old.keys() & new.keys():
            limit = MOST * hypot(standard_error(old[key]), standard_error(new[key]))
            if abs(mean(old[key]) - mean(new[key])) > limit:
                lines.append(f"{name}, {key}: the book shows {in_percent(old[key])}, measured {in_percent(new[key])}")
    return lines


def main(arguments: list[str]) -> int:
    """Print the table; return 1 where the book's figures are stale, unless they are to be written."""
    if data.load().is_sample:
        sys.exit(f"error: the book's figures are of the full set; {data.HOW_TO_GET}")
    shown = json.loads(SHOWN.read_text())
    measured = measure()
    Console().print(*tables(measured))
    if "--write" in arguments:
        SHOWN.write_text(json.dumps(measured, indent=1) + "\n")
        return 0
    problems = ["they are of other recipes"] if is_stale(shown) else differences(shown, measured)
    for problem in problems:
        print(f"error: {SHOWN}: the book's figures are stale: {problem}; make results WRITE=1", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
