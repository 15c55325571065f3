"""Tables of marking, beside nbgrader's in the gradebook's database, and the one way to write to them.

nbgrader's rows carry the points and the comment that count; these tables say who gave them, and when. No foreign key
points to nbgrader's rows: nbgrader can delete a submission, and its history stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
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
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from autograder.instructor.gradebook.writer import CourseGradebook

OURS = MetaData()
HANDED_OUT = "handed out"  # in the history: an answer got another first or second marker
ID, NAME = String(32), String(255)

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
    Column("grade", ID, nullable=False),  # nbgrader's rows
    Column("remark", ID, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of the text
    Column("max_points", Float, nullable=False),
    Column("is_open", Boolean, nullable=False),  # False where nobody need mark it
    Column("first", NAME),  # who marks it, and who does so a second time
    Column("second", NAME),
    UniqueConstraint("assignment", "cell", "student"),
)
marks = Table(
    "marking_mark",
    OURS,
    Column("answer", ID, primary_key=True),
    Column("role", String(16), primary_key=True),  # one of saving.Role
    Column("marker", NAME, primary_key=True),
    Column("points", Float, nullable=False),
    Column("comment", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of the text that was marked
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


def make_tables(gradebook: CourseGradebook) -> None:
    """Make the tables where they are not there yet.

    Raises:
        GradebookError: the gradebook does not take them.
    """
    with gradebook.open() as rows:
        OURS.create_all(rows.engine)
        if rows.db.execute(select(about.c.id)).first() is None:
            try:
                rows.db.execute(insert(about).values(id=1, writes=0))
                rows.db.commit()
            except IntegrityError:  # another server was a moment earlier
                rows.db.rollback()


@contextmanager
def writing(gradebook: CourseGradebook) -> Iterator[Any]:
    """Give a session in which nobody else writes to our tables; commit at the end of the block, and all or nothing.

    Raises:
        GradebookError: the gradebook does not take it.
    """
    with gradebook.open() as rows:
        rows.db.execute(update(about).values(writes=about.c.writes + 1))
        yield rows.db
        rows.db.commit()


def now() -> datetime:
    """Return the time as the tables have it: in UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


def note(session: Any, who: str, what: str, answer: str | None = None, before: Any = None, after: Any = None) -> None:
    """Add a line to the history."""
    said = {name: None if one is None else json.dumps(one) for name, one in (("before", before), ("after", after))}
    session.execute(insert(history).values(at=now(), who=who, what=what, answer=answer, **said))
