"""Measure what is stale and judge every claim: ``make claims``."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from solutions.claims import Claim
from solutions.claims.ledger import LEDGER, Measured, all_claims, complaints, judge, measure, read, stale, write


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m solutions.claims", description=__doc__)
    parser.add_argument("--room", help="only the claims of this chapter, such as layers")
    parser.add_argument("--anew", action="store_true", help="measure everything, and not only what is stale")
    chosen = parser.parse_args(arguments)
    claims = [one for one in all_claims() if chosen.room in (None, one.room)]
    if not claims:
        print(f"no chapter has claims in solutions/claims/{chosen.room}.py", file=sys.stderr)
        return 2
    started = time.monotonic()
    todo = claims if chosen.anew else stale(claims, read())
    _measure(todo)
    ledger = read()
    console = Console()
    console.print(_table(claims, ledger))
    console.print(
        f"{len(todo)} of {len(claims)} claims measured in {_minutes(time.monotonic() - started)}; all together take "
        f"{_minutes(sum(ledger[one.id].seconds for one in claims))} of one processor. Kept in data/{LEDGER.name}."
    )
    wrong = [line for one in claims for line in complaints(one, ledger.get(one.id))]
    for line in wrong:
        console.print(line, style="red", highlight=False, soft_wrap=True)
    return 1 if wrong else 0


def _measure(claims: list[Claim]) -> None:
    """Measure and write after each claim, so that an interrupted run loses one at most."""
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=sum(len(one.settings) for one in claims))
        for one, measured in measure(claims, lambda: progress.advance(task)):
            write(read() | {one.id: measured})  # read anew: another chapter may be measured at the same time


def _table(claims: list[Claim], ledger: dict[str, Measured]) -> Table:
    table = Table("claim", "held", "its opposite", "outside its bounds", "quantity and its widest interval")
    for one in claims:
        measured = ledger[one.id]
        judged, opposite = judge(one, measured), judge(one, measured, "opposed")
        low = min(found.interval.low for found in judged.inside)
        high = max(found.interval.high for found in judged.inside)
        table.add_row(
            one.id,
            f"{judged.held} of {len(judged.inside)}",
            f"{opposite.held} of {len(opposite.inside)}",
            f"{sum(found.holds for found in judged.outside)} of {len(judged.outside)}" if one.is_bounded else "",
            f"{judged.inside[0].quantity}: {low:.3g} to {high:.3g}",
        )
    return table


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
