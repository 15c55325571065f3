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
    blocks = [f"{exercise}: {passed} of {len(verdicts)} checks passed"]
    for verdict in verdicts:
        if verdict.passed:
            blocks.append(f"  passed    {verdict.check.title}")
            continue
        blocks.append(f"  {'to do' if verdict.outcome == 'missing' else 'not yet'!s:<9} {verdict.check.title}")
        for name, text in diagnosis_rows(verdict):
            width = WIDTH if " " in text else len(text) + 40
            blocks.append(
                textwrap.fill(
                    text, width, initial_indent=f"      {name + ':':<16}", subsequent_indent=" " * 22, break_long_words=False
                )
            )
    return "\n".join(blocks)


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
