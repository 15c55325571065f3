"""Tables of hand marks, beside nbgrader's in the gradebook's database: who gave what to which answer, and when.

nbgrader's rows show the points and the comment that count. An entry in its formgrader is known by its difference from
the entry that was written there last, which is kept here, too. No foreign key points to nbgrader's rows: nbgrader can
delete a submission, and its history stays.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

from sqlalchemy import Column, MetaData, Table, UniqueConstraint, delete, insert, select, update
from sqlalchemy.types import Boolean, DateTime, Float, Integer, String, Text

from autograder.instructor.marks import CellMark, HandMark

OURS = MetaData()
FORMGRADER = "formgrader"  # gives marks, too, so no marker has its name
ROLES = ("decided", "marked")  # of the instructor's mark and a marker's; the first of an answer's counts
ID, NAME = String(32), String(255)
ID_BYTES = 12
Key = tuple[str, str, str]  # a student's id, an assignment's and a cell's

# One row, which every writer locks first, so that nothing changes between its reads and its writes.
about = Table("marking_about", OURS, Column("id", Integer, primary_key=True), Column("writes", Integer, nullable=False))
markers = Table(
    "marking_marker",
    OURS,
    Column("name", NAME, primary_key=True),
    Column("token", String(64), nullable=False, unique=True),  # its SHA-256 in hex
)
answers = Table(
    "marking_answer",
    OURS,
    Column("id", ID, primary_key=True),  # random: neither it nor the order tells who the student is
    Column("assignment", NAME, nullable=False),
    Column("cell", NAME, nullable=False),
    Column("student", NAME, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of the text
    Column("max_points", Float, nullable=False),
    Column("is_open", Boolean, nullable=False),  # False where nobody need mark it on the page
    # The entry that was last written into nbgrader's rows.
    Column("points", Float),
    Column("extra", Float),
    Column("comment", Text, nullable=False),
    Column("waits", Boolean, nullable=False),
    UniqueConstraint("assignment", "cell", "student"),
)
marks = Table(
    "marking_mark",
    OURS,
    Column("answer", ID, primary_key=True),
    Column("role", String(16), primary_key=True),  # one of ``ROLES``
    Column("marker", NAME, nullable=False),
    Column("points", Float),  # none where only extra points were given
    Column("extra", Float),
    Column("comment", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of the text that was marked; empty to be looked at again
    Column("at", DateTime, nullable=False),  # in UTC
)
# Who did what, when, what was and what is. Rows are only added.
history = Table(
    "marking_history",
    OURS,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("what", String(64), nullable=False),
    Column("answer", ID),
    Column("before", Text),  # JSON
    Column("after", Text),
)


class FormgraderEntry(NamedTuple):
    """The fields of nbgrader's rows that a person can change."""

    points: float | None = None
    extra: float | None = None
    comment: str = ""
    waits: bool = False

    @classmethod
    def of(cls, cell: CellMark) -> Self:
        """Return the entry that shows a mark."""
        return cls(cell.given, cell.extra, cell.comment, cell.waits)

    @property
    def is_empty(self) -> bool:
        return self.shows_mark_of(FormgraderEntry())

    def shows_mark_of(self, other: FormgraderEntry) -> bool:
        return (self.points, self.extra, self.comment) == (other.points, other.extra, other.comment)

    def was_looked_at_since(self, other: FormgraderEntry) -> bool:
        """Whether the mark for another look was set or cleared, which says nothing of an entry without points."""
        return self.waits != other.waits and self.points is not None


def now() -> datetime:
    """Return the time as the tables have it: naive, in UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def note(session: Any, who: str, what: str, answer: str | None = None, before: Any = None, after: Any = None) -> None:
    was, is_ = (None if value is None else json.dumps(value) for value in (before, after))
    session.execute(insert(history).values(at=now(), who=who, what=what, answer=answer, before=was, after=is_))


def carried(given: Sequence[Any]) -> Any:
    """Return the mark that the student gets: the instructor's, or else the marker's; None if there is neither.

    A comment without points, which can be typed in the formgrader, decides nothing: a mark with points replaces it.
    """
    return counting(given) or next((mark for role in ROLES for mark in given if mark.role == role), None)


def counting(given: Sequence[Any]) -> Any:
    """Return the mark whose points the student gets; None without one."""
    return next((mark for role in ROLES for mark in given if mark.role == role and mark.points is not None), None)


def known_answers(session: Any, student: str | None = None) -> dict[Key, Any]:
    """Return the rows of answers, of one student or of all."""
    whose = () if student is None else (answers.c.student == student,)
    rows = session.execute(select(answers).where(*whose))
    return {(row.student, row.assignment, row.cell): row for row in rows}


def hand_marks_of(session: Any, known: Mapping[Key, Any], student: str | None = None) -> dict[Key, HandMark]:
    """Return the hand marks of known answers that count."""
    whose = () if student is None else (answers.c.student == student,)
    given: dict[str, list[Any]] = {}
    for mark in session.execute(select(marks).join(answers, answers.c.id == marks.c.answer).where(*whose)):
        given.setdefault(mark.answer, []).append(mark)
    effective = {key: carried(given.get(row.id, ())) for key, row in known.items()}
    return {
        key: HandMark(mark.points, mark.comment, mark.extra, mark.digest) for key, mark in effective.items() if mark
    }


def typed(
    known: Mapping[Key, Any],
    entries: Mapping[Key, FormgraderEntry],
    hand_marks: Mapping[Key, HandMark],
    digest_of: Callable[[Key], str],
) -> dict[Key, HandMark | None]:
    """Return the marks typed in the formgrader since its rows were written; None for a mark that was taken back.

    Args:
        known: the answers, with the entries that were written last.
        entries: in nbgrader's rows now.
        hand_marks: that counted when the rows were written.
        digest_of: returns a digest of the answer that a cell is about.
    """
    typed: dict[Key, HandMark | None] = {}
    for key, entry in entries.items():
        row, before = known.get(key), hand_marks.get(key)
        was = FormgraderEntry(row.points, row.extra, row.comment, row.waits) if row else FormgraderEntry()
        if entry.shows_mark_of(was) and not entry.was_looked_at_since(was):
            continue
        if entry.is_empty:
            typed |= {key: None} if before else {}
            continue
        # Extra points by a decision are nobody's hand mark; an entry that still waits was not looked at.
        extra = (before.extra if before else None) if entry.extra == was.extra else entry.extra
        seen = "" if entry.waits else row.digest if row else digest_of(key)
        typed[key] = HandMark(entry.points, entry.comment, extra, seen)
    return typed


def take_in(
    session: Any, known: Mapping[Key, Any], typed: Mapping[Key, HandMark | None], digest_of: Callable[[Key], str]
) -> None:
    """Keep marks typed in the formgrader as the instructor's."""
    for key, mark in typed.items():
        answer = known.get(key)
        answer_id = answer.id if answer else remember(session, key, None, "", digest_of(key), CellMark(0.0))
        before = {"points": answer.points, "comment": answer.comment} if answer else None
        has_points_cleared = mark is None or (mark.points is None and answer is not None and answer.points is not None)
        replaced = ROLES if has_points_cleared else ("decided",)
        session.execute(delete(marks).where(marks.c.answer == answer_id, marks.c.role.in_(replaced)))
        if mark is None:
            note(session, FORMGRADER, "took a mark back", answer_id, before)
            continue
        given = {"points": mark.points, "extra": mark.extra, "comment": mark.comment, "digest": mark.seen, "at": now()}
        session.execute(insert(marks).values(answer=answer_id, role="decided", marker=FORMGRADER, **given))
        note(session, FORMGRADER, "marked", answer_id, before, {"points": mark.points, "comment": mark.comment})


def remember(session: Any, key: Key, row: Any, text: str, digest: str, cell: CellMark) -> str:
    """Keep an answer, new without a row of before, and the entry now in nbgrader's rows, and return the answer's id."""
    fields = {"text": text, "digest": digest, "max_points": cell.possible, "is_open": cell.is_open}
    fields |= FormgraderEntry.of(cell)._asdict()
    if row is None:
        answer_id, (student, assignment, name) = secrets.token_urlsafe(ID_BYTES), key
        where = {"id": answer_id, "student": student, "assignment": assignment, "cell": name}
        session.execute(insert(answers).values(**where, **fields))
        return answer_id
    if any(getattr(row, name) != value for name, value in fields.items()):
        session.execute(update(answers).where(answers.c.id == row.id).values(**fields))
        if row.digest != digest and row.is_open:
            note(session, "grade", "handed in anew", row.id, row.text, text)
    return str(row.id)


def close(session: Any, row: Any) -> None:
    """Withdraw from marking an answer whose submission has gone."""
    if row.is_open:
        session.execute(update(answers).where(answers.c.id == row.id).values(is_open=False))
