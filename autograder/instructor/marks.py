"""Marks, computed from recorded facts: checks, hand marks, decisions, lateness, in this order.

Pure: no file, no database, no clock. So a mark depends on the facts, and not on which command ran last.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

from autograder.instructor.course.decisions import Decision, decisions_in_words, excused_in, extensions_in
from autograder.instructor.course.due_dates import DatedWork, Lateness, LatePenalty, Work, own_due_dates
from autograder.instructor.course.records import CLAIMED, TIME_IN_WORDS, GradingRecord, Standing
from autograder.instructor.course.roster import Student, by_section
from autograder.judge.verdicts import VerdictRecord


@dataclass(frozen=True)
class GradedCell:
    """A graded cell of an assignment: its points, and whether a person marks it."""

    points: float
    by_hand: bool = False


@dataclass(frozen=True)
class HandMark:
    """A person's mark of one cell of a student's work."""

    points: float | None  # replace the check's, if the cell has one; None for a comment or extra points alone
    comment: str = ""
    extra: float | None = None  # extra credit
    seen: str = ""  # digest of the answer that the person saw; empty where somebody should look again


@dataclass(frozen=True)
class Facts:
    """Everything that marks depend on, each stored once."""

    students: Sequence[Student] = ()  # the class, in order
    cells: Mapping[str, Mapping[str, GradedCell]] = field(default_factory=dict)  # by assignment and id, in order
    records: Mapping[Work, GradingRecord] = field(default_factory=dict)  # of grading, by student and assignment
    handed_in: Collection[Work] = ()
    standings: Mapping[Work, Standing] = field(default_factory=dict)  # how a time of handing in is known; else claimed
    hand_marks: Mapping[tuple[str, str, str], HandMark] = field(default_factory=dict)  # by student, assignment and cell
    decisions: Sequence[Decision] = ()
    due: Mapping[str, datetime] = field(default_factory=dict)  # with a time zone; an undated assignment is left out
    late: LatePenalty = field(default_factory=LatePenalty)
    left: Collection[str] = ()  # ids of students who are not in the roster any more

    @property
    def own_due(self) -> dict[Work, datetime]:
        """The due dates of students with extensions."""
        return own_due_dates(self.due, extensions_in(self.decisions), by_section(self.students))


@dataclass(frozen=True)
class CellMark:
    """The mark of one cell."""

    possible: float
    checked: float | None = 0.0  # points by its check; None where a person has to give them
    given: float | None = None  # points by a person, which replace the check's
    extra: float | None = None  # extra credit
    waits: bool = False  # whether a person should look at it, for the first time or again
    is_open: bool = False  # whether a person can mark it on the page for marking
    comment: str = ""

    @property
    def points(self) -> float | None:
        """Points without extra ones; None while they are undecided."""
        return self.checked if self.given is None else self.given


@dataclass(frozen=True)
class Mark:
    """The mark of one student for one assignment."""

    student: Student
    assignment: str
    max_score: float
    raw_score: float | None = None  # points before a penalty; None where nothing was handed in, or it is not graded
    penalty: float = 0.0
    handed_in: bool = False
    needs_manual_grade: bool = False  # whether something waits for a person, if only to be looked at again
    unmarked: bool = False  # whether an answer has no points yet, so that the raw score leaves it out
    unreadable: str = ""  # why the work could not be read; empty where it could
    excused: bool = False  # whether the student need not do it; then nothing else is said of it
    late_since_unknown: bool = False  # whether the system says that it came late, and nothing says when
    submitted_at: datetime | None = None  # when it was handed in, naive and in UTC, where that is known
    standing: Standing | Literal[""] = ""  # how that time is known; empty where nothing says when
    due: datetime | None = None  # this student's due date, naive and in UTC, where there is one
    verdicts: Sequence[VerdictRecord] = ()  # with the points that they count now
    answers: Mapping[str, str] = field(default_factory=dict)  # the student's cells as they were graded, by grade id
    notes: Sequence[str] = ()  # of grading, and of what has been decided since
    cells: Mapping[str, CellMark] = field(default_factory=dict)
    dates: DatedWork | None = None  # when it was due and came, with time zones; None, as the lateness, if undated
    lateness_in_days: Lateness | None = None
    record: GradingRecord | None = None  # of grading; None where it is not graded

    @property
    def score(self) -> float | None:
        """Points with the penalty taken off, never below 0; None for work that is not graded or could not be read."""
        return None if self.raw_score is None or self.unreadable else max(0.0, self.raw_score - self.penalty)

    @property
    def final_score(self) -> float | None:
        """The score for other systems; None while an answer has no points yet."""
        return None if self.unmarked else self.score

    @property
    def share(self) -> float | None:
        """The score as a share of the points that can be had."""
        return None if self.score is None or not self.max_score else self.score / self.max_score

    @property
    def decided_share(self) -> float | None:
        """The share of those points that are decided: while an answer waits for a person, of the points from checks."""
        possible = sum(verdict["max_points"] for verdict in self.verdicts)
        if self.score is None or not self.needs_manual_grade or not possible:
            return self.share
        return float(sum(verdict["points"] for verdict in self.verdicts) / possible)

    @property
    def is_late(self) -> bool:
        return self.submitted_at is not None and self.due is not None and self.submitted_at > self.due

    @property
    def lateness(self) -> str:
        """The cost of lateness, in words for the student; empty without one."""
        if not self.penalty:
            return ""
        return f"Late{TIME_IN_WORDS.get(self.standing, '')}: {number(self.penalty)} points taken off"

    @property
    def status(self) -> str:
        """The state of the work, in a word or two."""
        if self.excused:
            return "excused"
        if not self.handed_in:
            return "missing"
        if self.raw_score is None:
            return "not graded"
        if self.unreadable:
            return "unreadable"
        return "waits for a person" if self.needs_manual_grade else "graded"


def marks_of(facts: Facts, assignments: Collection[str] | None = None) -> list[Mark]:
    """Return a mark for each student and each assignment, or each of some, by assignment; raise as ``Facts.own_due``.

    Students who have left have one for work that they handed in. Facts of all assignments are needed, as free late days
    are spent over the term.
    """
    own_due, excused = facts.own_due, excused_in(facts.decisions)
    dates = {
        (student.id, name): _dates(facts, own_due, (student.id, name), (student.id, name) in excused)
        for student in facts.students
        for name in facts.due
    }
    late = {
        student.id: facts.late.lateness([dates[student.id, name] for name in facts.due]) for student in facts.students
    }
    return [
        _mark(facts, student, name, dates.get((student.id, name)), late[student.id].get(name))
        for name in facts.cells
        if assignments is None or name in assignments
        for student in facts.students
        if student.id not in facts.left or (student.id, name) in facts.records or (student.id, name) in facts.handed_in
    ]


def by_assignment(marks: Iterable[Mark]) -> Mapping[str, Sequence[Mark]]:
    by_name: dict[str, list[Mark]] = {}
    for mark in marks:
        by_name.setdefault(mark.assignment, []).append(mark)
    return by_name


def worth_now(cells: Mapping[str, GradedCell], decisions: Sequence[Decision]) -> dict[str, GradedCell]:
    """Return the cells of an assignment with the points that decisions on it let them count."""
    points = {decision.cell: float(decision.points) for decision in decisions if decision.what == "points"}
    return {name: replace(cell, points=points.get(name, cell.points)) for name, cell in cells.items()}


def _dates(facts: Facts, own_due: Mapping[Work, datetime], work: Work, excused: bool) -> DatedWork:
    due, record = facts.due[work[1]], facts.records.get(work)
    when = record.handed_in.astimezone(due.tzinfo) if record and record.handed_in else None
    return DatedWork(work[1], due, own_due.get(work, due), when, excused)


def _mark(facts: Facts, student: Student, assignment: str, dates: DatedWork | None, lateness: Lateness | None) -> Mark:
    decisions = [decision for decision in facts.decisions if decision.assignment == assignment]
    worth, work = worth_now(facts.cells[assignment], decisions), (student.id, assignment)
    record = facts.records.get(work)
    mark = Mark(
        student,
        assignment,
        sum(cell.points for cell in worth.values()),
        handed_in=record is not None or work in facts.handed_in,
        excused=work in excused_in(decisions),
        dates=dates,
    )
    if record is None:
        return mark
    passed = {record.cell_of(verdict) for verdict in record.verdicts if verdict["points"]}
    dropped = {decision.cell for decision in decisions if decision.what == "dropped" and not record.unreadable}
    cells = {}
    for name, cell in worth.items():
        hand = facts.hand_marks.get((*work, name), HandMark(None))
        checked: float | None = cell.points if name in passed | dropped else 0.0
        if cell.by_hand and name not in record.blank | dropped:
            checked = None
        cells[name] = _cell_mark(cell, checked, hand, record.text_digest(name), name in dropped, mark.excused)
    score = sum((cell.points or 0.0) + (cell.extra or 0.0) for cell in cells.values())
    return replace(
        mark,
        raw_score=score,
        penalty=facts.late.penalty(score, lateness) if lateness and not mark.excused else 0.0,
        needs_manual_grade=any(cell.waits for cell in cells.values()),
        unmarked=any(cell.points is None for cell in cells.values()),
        unreadable=record.unreadable,
        submitted_at=record.handed_in and record.handed_in.astimezone(UTC).replace(tzinfo=None),
        standing=facts.standings.get(work, CLAIMED) if record.handed_in else "",
        due=dates.own_due.astimezone(UTC).replace(tzinfo=None) if dates else None,
        verdicts=[_counted(verdict, cells.get(record.cell_of(verdict))) for verdict in record.verdicts],
        answers=record.answers,
        notes=[*record.notes, *decisions_in_words(decisions)],
        cells=cells,
        lateness_in_days=lateness,
        record=record,
    )


def _cell_mark(
    cell: GradedCell, checked: float | None, hand: HandMark, digest: str, dropped: bool, excused: bool
) -> CellMark:
    extra = hand.extra
    if dropped and hand.points is not None:  # everybody has all points, whatever a person gave
        extra = max(0.0, cell.points - hand.points) + (hand.extra or 0.0)
    waits = checked is None if hand.points is None else hand.seen != digest
    is_open = cell.by_hand and (checked is None or hand.points is not None)
    return CellMark(
        possible=cell.points,
        checked=checked,
        given=hand.points,
        extra=extra,
        waits=waits and not (dropped or excused),
        is_open=is_open and not (dropped or excused),
        comment=hand.comment,
    )


def _counted(verdict: VerdictRecord, cell: CellMark | None) -> VerdictRecord:
    """Return a verdict with the points that it counts now; without its cell, none."""
    if cell is None:
        return {**verdict, "points": 0, "max_points": 0}
    return {**verdict, "points": int(cell.checked or 0), "max_points": int(cell.possible)}


def number(points: float) -> str:
    """Return points as people write them: at most two digits after the point, and no zeros at the end."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
