"""The sections of a class beside each other."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from autograder.instructor.gradebook.marks import Mark

NO_SECTION = "no section"


@dataclass(frozen=True)
class SectionStatistics:
    """One section and one assignment.

    Attributes:
        section: as the roster calls it, or ``no section``.
        students: how many are in it.
        handed_in: how many of them handed in.
        median: share of the points, from 0 to 1; None where nothing has been graded.
        in_need: how many may need help.
    """

    section: str
    students: int
    handed_in: int
    median: float | None
    in_need: int


def section_statistics(marks: Sequence[Mark], in_need: Collection[str]) -> list[SectionStatistics]:
    """Return the sections of a class by name, each with its part of some marks; none where there are not two.

    Args:
        marks: of one assignment.
        in_need: ids of those who may need help with it.
    """
    sections: dict[str, list[Mark]] = {}
    for mark in marks:
        sections.setdefault(mark.student.section or NO_SECTION, []).append(mark)
    if len(sections) < 2:
        return []
    found = []
    for section, mine in sorted(sections.items(), key=lambda one: (one[0] == NO_SECTION, one[0])):
        shares = [mark.share for mark in mine if mark.share is not None]
        handed_in, needy = sum(mark.handed_in for mark in mine), sum(mark.student.id in in_need for mark in mine)
        median = statistics.median(shares) if shares else None
        found.append(SectionStatistics(section, len(mine), handed_in, median, needy))
    return found
