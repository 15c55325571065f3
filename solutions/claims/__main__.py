"""Measure stale claims and judge all of them: ``make claims``."""

import argparse
import sys
import time

from rich.table import Column, Table

from autograder.console import print_table, progress
from solutions.claims import Claim
from solutions.claims import ledger as ledgers


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m solutions.claims", description=__doc__)
    parser.add_argument("--room", help="only the claims of this chapter, such as layers")
    options = parser.parse_args(arguments)
    claims = [claim for claim in ledgers.all_claims() if options.room in (None, claim.room)]
    if not claims:
        print(f"no chapter has claims in solutions/claims/{options.room}.py", file=sys.stderr)
        return 2
    started = time.monotonic()
    todo = ledgers.stale(claims, ledgers.read())
    with progress("measuring", len(ledgers.runs_of(todo)), quiet=False) as step:
        for claim, entry in ledgers.measure(todo, step):
            ledgers.write(ledgers.read() | {claim.id: entry})  # after each, and read anew: another may write, too
    ledger = ledgers.read()
    print_table(_table(claims, ledger))
    print_table(_reasons(claims, ledger))
    print(
        f"{len(todo)} of {len(claims)} claims measured in {_minutes(time.monotonic() - started)}; all together take "
        f"{_minutes(sum(ledger[claim.id].seconds for claim in claims))} of one processor. "
        f"Kept in data/{ledgers.LEDGER.name}."
    )
    faults = [line for claim in claims for line in ledgers.complaints(claim, ledger.get(claim.id))]
    for line in faults:
        print(line)
    return 1 if faults else 0


def _table(claims: list[Claim], ledger: dict[str, ledgers.LedgerEntry]) -> Table:
    name = Column("claim", overflow="fold")
    table = Table(name, "held", "its opposite", "outside its bounds", "quantity and its widest interval")
    for claim in claims:
        judgement, opposite = (ledgers.judge(claim, ledger[claim.id], opposed) for opposed in (False, True))
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


def _reasons(claims: list[Claim], ledger: dict[str, ledgers.LedgerEntry]) -> Table:
    table = Table(Column("a reason of", overflow="fold"), "held", "what is done to the cause, and what has to follow")
    for claim in claims:
        if claim.because:
            judgement = ledgers.judge(claim, ledger[claim.id])
            table.add_row(claim.id, f"{judgement.held} of {len(judgement.inside)}", claim.because)
    return table


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
