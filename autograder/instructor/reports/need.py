"""Students to act on: in need of help, with unreadable files, with falling marks; and the sections side by side."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.instructor.course.roster import Student
from autograder.instructor.exporting.tables import csv_text
from autograder.instructor.marks import Mark

HALF = 0.5
FALL = 0.3  # of the points of an assignment, below the student's own mean before
NO_SECTION = "no section"
COLUMNS = (
    *("student_id", "last_name", "first_name", "email", "section", "behind"),
    *("below_half", "not_handed_in", "unreadable"),
)


@dataclass(frozen=True)
class NeedsHelp:
    """A student who may need help, and why."""

    student: str
    missing: Sequence[str]  # the assignments that half of the class handed in and this student did not
    weak: Sequence[tuple[str, float]]  # those with less than half of the decided points, with the share
    behind: float  # the points that are lacking in all of these, in assignments: 1.5 is one missing and one with half


@dataclass(frozen=True)
class UnreadableFile:
    """Work that could not be read, so that its mark says nothing of what the student knows."""

    student: str
    assignment: str
    reason: str


@dataclass(frozen=True)
class Fall:
    """A student with a share of points in the newest assignment far below the mean of those before."""

    student: str
    assignment: str
    before: float
    now: float


def is_unreadable(mark: Mark) -> bool:
    """Return whether nothing of a file could be judged."""
    return bool(mark.verdicts) and all(verdict["outcome"] == "invalid" for verdict in mark.verdicts)


def by_assignment(marks: Iterable[Mark]) -> Mapping[str, Sequence[Mark]]:
    """Return marks by assignment, in their order."""
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.assignment, []).append(mark)
    return found


def students_in_need(marks: Iterable[Mark]) -> list[NeedsHelp]:
    """Return who has less than half of an assignment's decided points, or did not hand in what half of the class did.

    The first lacks most. A file that could not be read counts as neither: it is another kind of trouble.
    """
    missing, weak = defaultdict(list), defaultdict(list)
    for assignment, mine in by_assignment(marks).items():
        is_due = sum(mark.handed_in for mark in mine) >= HALF * len(mine)
        for mark in mine:
            if not mark.handed_in and not mark.excused and is_due:
                missing[mark.student.id].append(assignment)
            elif mark.decided_share is not None and mark.decided_share < HALF and not is_unreadable(mark):
                weak[mark.student.id].append((assignment, mark.decided_share))
    found = []
    for student in sorted({*missing, *weak}):
        behind = len(missing[student]) + sum(1 - share for _, share in weak[student])
        found.append(NeedsHelp(student, missing[student], weak[student], behind))
    return sorted(found, key=lambda one: -one.behind)


def unreadable_files(marks: Iterable[Mark]) -> list[UnreadableFile]:
    """Return the work that could not be read, and why."""
    return [
        UnreadableFile(mark.student.id, mark.assignment, next(iter(mark.notes), ""))
        for mark in marks
        if is_unreadable(mark)
    ]


def falls(marks: Iterable[Mark]) -> list[Fall]:
    """Return whose newest mark lies far below the mean of the student's earlier ones, the largest fall first.

    The newest assignment is the last one of which anything has been graded.
    """
    graded = {
        assignment: {mark.student.id: mark.decided_share for mark in mine if mark.decided_share is not None}
        for assignment, mine in by_assignment(mark for mark in marks if not is_unreadable(mark)).items()
    }
    *earlier, newest = [assignment for assignment, shares in graded.items() if shares] or [""]
    found = []
    for student, now in graded.get(newest, {}).items():
        before = [graded[assignment][student] for assignment in earlier if student in graded[assignment]]
        if before and statistics.fmean(before) - now >= FALL:
            found.append(Fall(student, newest, statistics.fmean(before), now))
    return sorted(found, key=lambda one: one.now - one.before)


def need_csv(
    in_need: Sequence[NeedsHelp], unreadable: Sequence[UnreadableFile], students: Mapping[str, Student]
) -> str:
    """Return who needs help or handed in what cannot be read, with addresses, as CSV: the first lacks most."""
    files = defaultdict(list)
    for one in unreadable:
        files[one.student].append(one.assignment)
    need = {one.student: one for one in in_need}
    rows = []
    for id_ in dict.fromkeys([*need, *files]):
        student, mine = students[id_], need.get(id_, NeedsHelp(id_, (), (), 0.0))
        weak = "; ".join(f"{assignment} ({100 * share:.0f}%)" for assignment, share in mine.weak)
        who = (student.id, student.last_name, student.first_name, student.email, student.section)
        rows.append((*who, f"{mine.behind:.2f}", weak, "; ".join(mine.missing), "; ".join(files[id_])))
    return csv_text([COLUMNS, *rows])


@dataclass(frozen=True)
class SectionStatistics:
    """One section and one assignment."""

    section: str  # as the roster calls it, or ``no section``
    students: int  # how many are in it
    handed_in: int  # how many of them handed in
    median: float | None  # share of the points, from 0 to 1; None where nothing has been graded
    in_need: int  # how many may need help


def section_statistics(marks: Sequence[Mark], in_need: Collection[str]) -> list[SectionStatistics]:
    """Return the sections of a class by name, each with its part of an assignment's marks; none below two."""
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
