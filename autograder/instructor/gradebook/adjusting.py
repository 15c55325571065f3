"""From the judge's verdicts to what counts: the instructor's decisions, laid over a record and taken off again.

What the judge gave stays in the record beside what counts, so a decision can be undone without running anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from autograder.checks import Check
from autograder.instructor.course.decisions import Decision

JUDGED, DECISIONS, GIVEN = "judged", "decisions", "given"


def worth_now(checks: Sequence[Check], decisions: Sequence[Decision]) -> list[Check]:
    """Return checks with the points that they count."""
    points = {one.cell: one.points for one in decisions if one.what == "points"}
    return [replace(check, points=points.get(check.id, check.points)) for check in checks]


def told(decisions: Sequence[Decision]) -> list[str]:
    """Return what students are told of decisions, which is also how a record is known to follow them."""
    return sorted(str(one) for one in decisions if one.is_about_points)


def adjust(record: dict[str, Any], decisions: Sequence[Decision]) -> None:
    """Let a graded notebook's record follow decisions on its assignment, whatever it followed before."""
    judged = record.pop(JUDGED, None) or [[one["points"], one["max_points"]] for one in record["verdicts"]]
    points = {one.cell: one.points for one in decisions if one.what == "points"}
    dropped = {one.cell for one in decisions if one.what == "dropped"}
    for verdict, (earned, possible) in zip(record["verdicts"], judged, strict=True):
        cell = f"{record['room']}-{verdict['exercise']}-{verdict['check']}"
        verdict["max_points"] = points.get(cell, possible)
        verdict["points"] = verdict["max_points"] if cell in dropped or earned else 0
    for name in (DECISIONS, GIVEN):
        record.pop(name, None)
    if said := told(decisions):
        record |= {JUDGED: judged, DECISIONS: said, GIVEN: sorted(dropped)}
