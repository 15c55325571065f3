"""Change the solutions in small ways, and list the changes that no check sees: python -m tests.mutants"""

import argparse
import sys
import time

from rich.console import Console
from rich.table import Table

from autograder.checks import rooms
from autograder.console import print_table, progress
from tests.mutants.trial import Result, Trial


def main() -> int:
    """Try the mutants of each room, print how they ended, and return 1 where any lives that should not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--room", action="append", choices=rooms(), help="only this one; may be given several times")
    options = parser.parse_args()
    results = {room: tried(room) for room in options.room or rooms()}
    table = Table("room", "mutants", "caught", "equivalent", "alive", "seconds")
    for room, (result, seconds) in results.items():
        counts = [len(part) for part in (result.caught, result.equivalent, result.alive)]
        table.add_row(room, *map(str, (sum(counts), *counts)), f"{seconds:.0f}")
    print_table(table)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for room, (result, _) in results.items():
        for mutant in result.alive:
            console.print(f"solutions/{room}.py:{mutant.line}: {mutant.where}: {mutant.code}\n    {mutant.change}")
        for where, code, change in result.stale:
            console.print(f"{room}: equivalent.toml is stale: {where}: {code}\n    {change}")
    return int(any(result.alive or result.stale for result, _ in results.values()))


def tried(room: str) -> tuple[Result, float]:
    """Return how the mutants of a room ended, and how many seconds it took."""
    started, trial = time.monotonic(), Trial(room)
    with progress(room, len(trial.mutants), quiet=False) as step:
        result = trial.result(lambda mutant: step(mutant.where))
    return result, time.monotonic() - started


if __name__ == "__main__":
    sys.exit(main())
