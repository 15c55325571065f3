"""Train every recipe with several seeds, and write the book's figures: ``make results``.

Each step of the ladder, and each control of one, is measured on validation images alone. The test images are read once
for each run of a named recipe, after all choices.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import track

from bench import full_set, write
from solutions import data
from solutions.accelerate import device as machine
from solutions.accelerate.recipes import CONTROLS, LADDER, RECIPES, Recipe, controlled, rung
from solutions.runs import run as runs

SHOWN = data.DATA / "results.json"  # the book's figures
SEEDS = range(5)
NAMES = {recipe: name for name, recipe in RECIPES.items()}


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


def is_stale(shown: dict[str, Any]) -> bool:
    """Return whether the book's figures are of other recipes, another ladder or other data than the repository's."""
    recipes = {name: asdict(recipe) for name, recipe in RECIPES.items()}
    steps = {"ladder": LADDER, "controls": CONTROLS}
    return (
        {name: row["recipe"] for name, row in shown["recipes"].items()} != recipes
        or any([(row["step"], row["changes"]) for row in shown[name]] != [*named] for name, named in steps.items())
        or shown["data"]["is_sample"]
    )


def main() -> None:
    full_set()
    write(SHOWN, measure())


if __name__ == "__main__":
    main()
