"""Verdicts as plain text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.verdicts import Verdict

WIDTH = 100


def checks_text(exercise: str, verdicts: Sequence[Verdict]) -> str:
    """Return the checks of one exercise as text, a diagnosis under each that did not pass."""
    passed = sum(verdict.passed for verdict in verdicts)
    if verdicts and all(verdict.outcome == "missing" for verdict in verdicts):
        waiting = "".join(f"\n  to do     {verdict.check.title}" for verdict in verdicts)
        return f"{exercise} is {verdicts[0].diagnosis.observed if verdicts[0].diagnosis else 'missing'}.{waiting}"
    blocks = [f"{exercise}: {passed} of {len(verdicts)} checks passed"]
    for verdict in verdicts:
        if verdict.passed:
            blocks.append(f"  passed    {verdict.check.title}")
            continue
        blocks.append(f"  {result_word(verdict):<9} {verdict.check.title}")
        for name, text in diagnosis_rows(verdict):
            first, rest = f"      {name + ':':<16}", " " * 22
            # An address that is cut cannot be followed.
            blocks += textwrap.wrap(
                text,
                WIDTH,
                initial_indent=first,
                subsequent_indent=rest,
                break_long_words=False,
                break_on_hyphens=False,
            )
    return "\n".join(blocks)


def result_word(verdict: Verdict) -> str:
    """Say how a check went, in a word for a student."""
    return "passed" if verdict.passed else "to do" if verdict.outcome == "missing" else "not yet"


def diagnosis_rows(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what is known of a check that did not pass, as label and text."""
    diagnosis = verdict.diagnosis
    if diagnosis is None:
        return []
    rows = [
        ("observed", diagnosis.observed),
        ("expected", diagnosis.expected),
        ("likely mistake", diagnosis.likely),
        ("read", diagnosis.read),
    ]
    return [(name, text) for name, text in rows if text]
