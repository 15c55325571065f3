"""Measure stale claims and judge all of them: ``make claims``."""

import argparse
import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Column, Table

from solutions.claims import Claim
from solutions.claims.ledger import (
    LEDGER,
    LedgerEntry,
    all_claims,
    complaints,
    judge,
    measure,
    read,
    runs_of,
    stale,
    write,
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m solutions.claims", description=__doc__)
    parser.add_argument("--room", help="only the claims of this chapter, such as layers")
    parser.add_argument("--anew", action="store_true", help="measure fresh claims as well")
    options = parser.parse_args(arguments)
    claims = [claim for claim in all_claims() if options.room in (None, claim.room)]
    if not claims:
        print(f"no chapter has claims in solutions/claims/{options.room}.py", file=sys.stderr)
        return 2
    started = time.monotonic()
    todo = claims if options.anew else stale(claims, read())
    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(runs_of(todo)))
        for claim, entry in measure(todo, lambda: progress.advance(task)):
            write(read() | {claim.id: entry})  # after each; and read anew, as another chapter may be measured meanwhile
    ledger, console = read(), Console()
    console.print(_table(claims, ledger))
    console.print(
        f"{len(todo)} of {len(claims)} claims measured in {_minutes(time.monotonic() - started)}; all together take "
        f"{_minutes(sum(ledger[claim.id].seconds for claim in claims))} of one processor. Kept in data/{LEDGER.name}."
    )
    faults = [line for claim in claims for line in complaints(claim, ledger.get(claim.id))]
    for line in faults:
        console.print(line, style="red", highlight=False, soft_wrap=True)
    return 1 if faults else 0


def _table(claims: list[Claim], ledger: dict[str, LedgerEntry]) -> Table:
    name = Column("claim", overflow="fold")
    table = Table(name, "held", "its opposite", "outside its bounds", "quantity and its widest interval")
    for claim in claims:
        judgement, opposite = judge(claim, ledger[claim.id]), judge(claim, ledger[claim.id], opposed=True)
        inside, outside = judgement.inside, judgement.outside
        low, high = min(shown.interval.low for shown in inside), max(shown.interval.high for shown in inside)
        table.add_row(
            claim.id,
            f"{judgement.held} of {len(inside)}",
            f"{opposite.held} of {len(opposite.inside)}",
            f"{sum(shown.holds for shown in outside)} of {len(outside)}" if claim.bounds else "",
            f"{inside[0].quantity}: {low:.3g} to {high:.3g}",
        )
    return table


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
