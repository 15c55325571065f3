"""Tables of hand marks, beside nbgrader's in the gradebook's database: who gave what to which answer, and when.

nbgrader's rows show the points and the comment that count. So what a person types in its formgrader is known by its
difference from what was written there last, which is kept here, too. No foreign key points to nbgrader's rows: nbgrader
can delete a submission, and its history stays.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    insert,
    select,
    update,
)

from autograder.instructor.marks import CellMark, HandMark

OURS = MetaData()
FORMGRADER = "formgrader"  # gives marks, too, so no marker has its name
CARRIES = ("decided", "first")  # the roles whose marks can count, in this order
HANDED_OUT = "handed out"  # in the history: an answer got another first or second marker
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
    Column("is_active", Boolean, nullable=False),
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
    Column("first", NAME),  # who marks it, and who does so a second time
    Column("second", NAME),
    # What was last written into nbgrader's rows.
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
    Column("role", String(16), primary_key=True),  # ``first``, ``second`` or ``decided``
    Column("marker", NAME, primary_key=True),
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


@dataclass(frozen=True)
class Held:
    """What nbgrader's rows hold of what a person can give."""

    points: float | None
    extra: float | None
    comment: str
    waits: bool


def now() -> datetime:
    """Return the time as the tables have it: in UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def note(session: Any, who: str, what: str, answer: str | None = None, before: Any = None, after: Any = None) -> None:
    """Add a line to the history."""
    said = {name: None if one is None else json.dumps(one) for name, one in (("before", before), ("after", after))}
    session.execute(insert(history).values(at=now(), who=who, what=what, answer=answer, **said))


def counting(given: Sequence[Any]) -> Any:
    """Return the mark that the student gets: the instructor's, or else the first; None if there is neither."""
    return next((mark for role in CARRIES for mark in given if mark.role == role), None)


def stored(session: Any, student: str | None = None) -> tuple[dict[Key, Any], dict[Key, HandMark]]:
    """Return the answers that are known, and the hand marks that count, of one student or of all."""
    whose = () if student is None else (answers.c.student == student,)
    known = {_key(row): row for row in session.execute(select(answers).where(*whose))}
    given: dict[str, list[Any]] = {}
    for mark in session.execute(select(marks).join(answers, answers.c.id == marks.c.answer).where(*whose)):
        given.setdefault(mark.answer, []).append(mark)
    found = {}
    for key, row in known.items():
        mark = counting(given.get(row.id, ()))
        if mark is not None:
            found[key] = HandMark(mark.points, mark.comment, mark.extra, mark.digest)
    return known, found


def typed(
    known: Mapping[Key, Any],
    held: Mapping[Key, Held],
    hand_marks: Mapping[Key, HandMark],
    digest_of: Callable[[Key], str],
) -> dict[Key, HandMark | None]:
    """Return what somebody has typed in the formgrader since its rows were written; None where it was taken back.

    Args:
        known: the answers, with what was last written.
        held: what nbgrader's rows hold now.
        hand_marks: those that counted when the rows were written.
        digest_of: returns a digest of the answer that a cell is about.
    """
    found: dict[Key, HandMark | None] = {}
    for key, there in held.items():
        row, before = known.get(key), hand_marks.get(key)
        was = Held(row.points, row.extra, row.comment, row.waits) if row else Held(None, None, "", there.waits)
        if there == was or (there.points is None and replace(there, waits=was.waits) == was):
            continue
        if (there.points, there.extra, there.comment) == (None, None, ""):
            found |= {key: None} if before else {}
            continue
        # Extra points that a decision gives are nobody's; and what still waits was not looked at.
        extra = (before.extra if before else None) if there.extra == was.extra else there.extra
        seen = "" if there.waits else row.digest if row else digest_of(key)
        found[key] = HandMark(there.points, there.comment, extra, seen)
    return found


def take_in(session: Any, known: Mapping[Key, Any], found: Mapping[Key, HandMark | None]) -> None:
    """Keep what somebody has typed in the formgrader as the instructor's decision."""
    for key, mark in found.items():
        answer = known[key]
        here = and_(marks.c.answer == answer.id, marks.c.role.in_(CARRIES if mark is None else ("decided",)))
        session.execute(delete(marks).where(here))
        what, after = "took a mark back", None
        if mark is not None:
            what, after = "marked", (mark.points, mark.comment)
            fields = {
                "points": mark.points,
                "extra": mark.extra,
                "comment": mark.comment,
                "digest": mark.seen,
                "at": now(),
            }
            session.execute(insert(marks).values(answer=answer.id, role="decided", marker=FORMGRADER, **fields))
        note(session, FORMGRADER, what, answer.id, (answer.points, answer.comment), after)


def remember(session: Any, key: Key, row: Any, text: str, digest: str, cell: CellMark) -> None:
    """Keep an answer, and what is now in nbgrader's rows about it.

    Args:
        session: of the gradebook.
        key: whose answer to which cell it is.
        row: as it is known; None where it is new.
        text: of the answer.
        digest: of the text.
        cell: its mark.
    """
    fields = {
        "text": text,
        "digest": digest,
        "max_points": cell.possible,
        "is_open": cell.is_open,
        "points": cell.given,
        "extra": cell.extra,
        "comment": cell.comment,
        "waits": cell.waits,
    }
    if row is None:
        student, assignment, name = key
        made = {"id": secrets.token_urlsafe(ID_BYTES), "student": student, "assignment": assignment, "cell": name}
        session.execute(insert(answers).values(**made, **fields))
    elif any(getattr(row, name) != value for name, value in fields.items()):
        session.execute(update(answers).where(answers.c.id == row.id).values(**fields))
        if row.digest != digest and row.is_open:
            note(session, "grade", "handed in anew", row.id, row.text, text)


def close(session: Any, row: Any) -> None:
    """Let nobody mark an answer whose submission has gone."""
    if row.is_open:
        session.execute(update(answers).where(answers.c.id == row.id).values(is_open=False))


def _key(row: Any) -> Key:
    return row.student, row.assignment, row.cell
