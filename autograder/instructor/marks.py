"""Marks, folded from recorded facts: checks, hand marks, decisions, lateness, in this order.

Pure: no file, no database, no clock. So a mark depends on the facts, and not on which command ran last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from autograder.instructor.course.attempts import CLAIMED, ENTERED, Standing
from autograder.instructor.course.decisions import Decision, extensions_in
from autograder.instructor.course.extensions import Work, own_due_dates
from autograder.instructor.course.late import DatedWork, Lateness, LateRule
from autograder.instructor.course.records import Record
from autograder.instructor.course.roster import Student
from autograder.verdicts import VerdictRecord

TIME_IN_WORDS: Mapping[str, str] = {CLAIMED: ", by a claimed time", ENTERED: ", by a time that the instructor entered"}


@dataclass(frozen=True)
class Cell:
    """A graded cell of an assignment: what it counts, and whether a person marks it."""

    points: float
    by_hand: bool = False


@dataclass(frozen=True)
class HandMark:
    """What a person gave to a cell of one student's work.

    Attributes:
        points: in the place of the check's, if the cell has one; None where only extra points were given.
        comment: for the student.
        extra: points beside these; None for none.
        seen: digest of the answer that the person saw; empty where somebody should look again.
    """

    points: float | None
    comment: str = ""
    extra: float | None = None
    seen: str = ""


@dataclass(frozen=True)
class Facts:
    """All that marks depend on, each stored once.

    Attributes:
        students: the class, in order.
        cells: of each released assignment, in order, by the cell's id.
        records: what grading found, by student and assignment.
        handed_in: what lies in ``submitted/``, by student and assignment.
        standings: how the times are known at which works were handed in; a work without one is claimed.
        hand_marks: by student, assignment and cell.
        decisions: the instructor's.
        due: when assignments are due, with a time zone; one without a date is left out.
        released: since when students have them, with a time zone, where that is known.
        late: the rule for late work.
    """

    students: Sequence[Student] = ()
    cells: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    records: Mapping[Work, Record] = field(default_factory=dict)
    handed_in: Collection[Work] = ()
    standings: Mapping[Work, Standing] = field(default_factory=dict)
    hand_marks: Mapping[tuple[str, str, str], HandMark] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    due: Mapping[str, datetime] = field(default_factory=dict)
    released: Mapping[str, datetime] = field(default_factory=dict)
    late: LateRule = field(default_factory=LateRule)


@dataclass(frozen=True)
class CellMark:
    """What one cell gives to one student.

    Attributes:
        possible: points that it counts now.
        checked: points by its check; None where a person has to give them.
        given: points by a person, which count in the place of the check's; None where nobody gave any.
        extra: points beside these; None for none.
        waits: whether a person should look at it, for the first time or again.
        is_open: whether a person may mark it on the page for marking.
        comment: of whoever marked it.
    """

    possible: float
    checked: float | None = 0.0
    given: float | None = None
    extra: float | None = None
    waits: bool = False
    is_open: bool = False
    comment: str = ""

    @property
    def points(self) -> float | None:
        """Points without extra ones; None while nobody has decided."""
        return self.checked if self.given is None else self.given


@dataclass(frozen=True)
class Mark:
    """What one student has got for one assignment.

    Attributes:
        student: whose work.
        assignment: its id.
        max_score: points that can be had.
        raw_score: points before a penalty; None where nothing was handed in, or it has not been graded.
        penalty: points taken off for being late.
        handed_in: whether there is work.
        needs_manual_grade: whether something waits for a person, if only to be looked at again.
        unmarked: whether an answer has no points yet, and so the raw score leaves it out.
        unreadable: why what was handed in could not be read, so that the points say nothing; empty where it could.
        excused: whether the student need not do it; then nothing else is said of it.
        instead: the file that was handed in and is no notebook; empty where there is none.
        late_since_unknown: whether the system says that it came late, and nothing says when.
        submitted_at: when it was handed in, in UTC without saying so, where that is known.
        standing: how that time is known; empty where nothing says when.
        due: until when it had to be, extension included, in UTC without saying so, where there is a date.
        verdicts: with the points that they count now.
        answers: the student's cells as they were graded, by grade id.
        notes: what was noticed when it was graded, and what was decided since.
        cells: what each graded cell gives, by its id.
        dates: when it was due and came, with time zones; None where there is no due date.
        lateness_in_days: how late it is; None where there is no due date.
        record: what grading found; None where it is not graded.
    """

    student: Student
    assignment: str
    max_score: float
    raw_score: float | None = None
    penalty: float = 0.0
    handed_in: bool = False
    needs_manual_grade: bool = False
    unmarked: bool = False
    unreadable: str = ""
    excused: bool = False
    instead: str = ""
    late_since_unknown: bool = False
    submitted_at: datetime | None = None
    standing: Standing | Literal[""] = ""
    due: datetime | None = None
    verdicts: Sequence[VerdictRecord] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    cells: Mapping[str, CellMark] = field(default_factory=dict)
    dates: DatedWork | None = None
    lateness_in_days: Lateness | None = None
    record: Record | None = None

    @property
    def score(self) -> float | None:
        """Points with the penalty taken off, never below 0, as nbgrader's own export gives them."""
        return None if self.raw_score is None else max(0.0, self.raw_score - self.penalty)

    @property
    def final_score(self) -> float | None:
        """The score that may leave for other systems; None while an answer has no points yet, or could not be read."""
        return None if self.unmarked or self.unreadable else self.score

    @property
    def share(self) -> float | None:
        """The score as a part of what can be had."""
        return None if self.score is None or not self.max_score else self.score / self.max_score

    @property
    def decided_share(self) -> float | None:
        """The share of those points that are decided: while an answer waits for a person, of the points from checks."""
        possible = sum(verdict["max_points"] for verdict in self.verdicts)
        if self.raw_score is None or not self.needs_manual_grade or not possible:
            return self.share
        return float(sum(verdict["points"] for verdict in self.verdicts) / possible)

    @property
    def is_late(self) -> bool:
        return self.submitted_at is not None and self.due is not None and self.submitted_at > self.due

    @property
    def lateness(self) -> str:
        """What lateness has cost, as the student is told; empty where it has cost nothing."""
        if not self.penalty:
            return ""
        return f"Late{TIME_IN_WORDS.get(self.standing, '')}: {number(self.penalty)} points taken off"

    @property
    def status(self) -> str:
        """How far it is, in a word or two."""
        if self.excused:
            return "excused"
        if not self.handed_in:
            return "something else" if self.instead else "missing"
        if self.raw_score is None:
            return "not graded"
        return "waits for a person" if self.needs_manual_grade else "graded"


def marks_of(facts: Facts, assignments: Collection[str] | None = None) -> list[Mark]:
    """Return a mark for each student and each assignment, by assignment.

    Args:
        facts: of a class; of all its assignments, as free late days are spent over the term.
        assignments: whose marks are wanted; None for all.

    Raises:
        NoReleaseDate: an extension needs the release date of an assignment that has none.
    """
    own_due, late = own_due_of(facts), dict[str, Mapping[str, Lateness]]()
    dates = {
        (student.id, name): _dates(facts, own_due, student.id, name) for student in facts.students for name in facts.due
    }
    for student in facts.students:
        late[student.id] = facts.late.lateness([dates[student.id, name] for name in facts.due])
    return [
        _mark(facts, student, assignment, dates.get((student.id, assignment)), late[student.id].get(assignment))
        for assignment in facts.cells
        if assignments is None or assignment in assignments
        for student in facts.students
    ]


def own_due_of(facts: Facts) -> dict[Work, datetime]:
    """Return until when those have time who were given more, with a time zone.

    Raises:
        NoReleaseDate: an extension needs the release date of an assignment that has none.
    """
    return own_due_dates(facts.due, facts.released, extensions_in(facts.decisions))


def told(decisions: Sequence[Decision]) -> list[str]:
    """Return what students are told of decisions on an assignment."""
    return sorted(str(one) for one in decisions if one.is_about_points)


def worth_now(cells: Mapping[str, Cell], decisions: Sequence[Decision]) -> dict[str, Cell]:
    """Return the cells of an assignment with the points that decisions on it let them count."""
    points = {one.cell: float(one.points) for one in decisions if one.what == "points"}
    return {name: replace(cell, points=points.get(name, cell.points)) for name, cell in cells.items()}


def _dates(facts: Facts, own_due: Mapping[Work, datetime], student: str, assignment: str) -> DatedWork:
    due, record = facts.due[assignment], facts.records.get((student, assignment))
    when = record.handed_in if record else None
    excused = any(
        one.what == "excused" and one.assignment == assignment and one.student == student for one in facts.decisions
    )
    own = own_due.get((student, assignment), due)
    return DatedWork(assignment, due, own, when.astimezone(due.tzinfo) if when else None, excused)


def _mark(facts: Facts, student: Student, assignment: str, dates: DatedWork | None, lateness: Lateness | None) -> Mark:
    decisions = [one for one in facts.decisions if one.assignment == assignment]
    worth, work = worth_now(facts.cells[assignment], decisions), (student.id, assignment)
    mark = Mark(
        student,
        assignment,
        sum(cell.points for cell in worth.values()),
        handed_in=work in facts.handed_in or work in facts.records,
        excused=any(one.what == "excused" and one.student == student.id for one in decisions),
        dates=dates,
    )
    record = facts.records.get(work)
    if record is None:
        return mark
    passed = {record.cell_of(verdict): bool(verdict["points"]) for verdict in record.verdicts}
    dropped = {one.cell for one in decisions if one.what == "dropped"}
    cells = {
        name: _cell_mark(
            cell,
            record,
            name,
            facts.hand_marks.get((*work, name)),
            passed=passed.get(name, False),
            dropped=name in dropped,
            excused=mark.excused,
        )
        for name, cell in worth.items()
    }
    score = sum((cell.points or 0.0) + (cell.extra or 0.0) for cell in cells.values())
    seconds = dates.seconds_late if dates else 0.0
    return replace(
        mark,
        raw_score=score,
        penalty=facts.late.penalty(score, seconds, lateness) if lateness else 0.0,
        needs_manual_grade=any(cell.waits for cell in cells.values()),
        unmarked=any(cell.points is None for cell in cells.values()),
        unreadable=record.unreadable,
        submitted_at=record.handed_in and record.handed_in.astimezone(UTC).replace(tzinfo=None),
        standing=facts.standings.get(work, CLAIMED) if record.handed_in else "",
        due=dates.own_due.astimezone(UTC).replace(tzinfo=None) if dates else None,
        verdicts=[_counted(verdict, cells.get(record.cell_of(verdict))) for verdict in record.verdicts],
        answers=record.answers,
        notes=[*record.notes, *told(decisions)],
        cells=cells,
        lateness_in_days=lateness,
        record=record,
    )


def _cell_mark(
    cell: Cell, record: Record, name: str, hand: HandMark | None, *, passed: bool, dropped: bool, excused: bool
) -> CellMark:
    is_blank = name in record.blank
    if dropped:
        checked: float | None = cell.points
    elif cell.by_hand:
        checked = 0.0 if is_blank else None
    else:
        checked = cell.points if passed else 0.0
    if hand is None:
        waits = checked is None
        return CellMark(cell.points, checked, waits=waits, is_open=waits and not excused)
    extra = hand.extra
    if dropped and hand.points is not None:  # everybody has all points, whatever a person gave
        extra = max(0.0, cell.points - hand.points)
    waits = not dropped and (hand.seen != record.text_digest(name) if hand.points is not None else checked is None)
    is_open = cell.by_hand and not dropped and not excused
    return CellMark(cell.points, checked, hand.points, extra, waits, is_open, hand.comment)


def _counted(verdict: VerdictRecord, cell: CellMark | None) -> VerdictRecord:
    """Return a verdict with the points that it counts now; of a check that is no more, none."""
    if cell is None:
        return {**verdict, "points": 0, "max_points": 0}
    return {**verdict, "points": int(cell.checked or 0), "max_points": int(cell.possible)}


def number(points: float) -> str:
    """Return points as people write them: at most two digits after the point, and no zeros at the end."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
