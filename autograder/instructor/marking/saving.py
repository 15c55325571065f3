"""Roles in which people mark an answer, and how a mark is saved: whole, and never over something unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nbgrader.api import Comment, Grade
from sqlalchemy import delete, insert, select, update

from autograder.errors import WorkFailed
from autograder.instructor.gradebook.marks import number
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking.access import Who
from autograder.instructor.marking.tables import answers, marks, note, now, writing
from autograder.instructor.marking.team import Question

MAX_COMMENT = 10_000  # characters

# ``first``: the assigned marker. ``second``: an independent one. ``decided``: the instructor.
Role = Literal["first", "second", "decided"]
CARRIES = ("decided", "first")  # the roles whose marks can count, in this order


class NotSaved(WorkFailed):
    """A mark was not saved; the message says why."""


class WrongMark(NotSaved):
    """The points are out of range, or the comment is too long."""


class NotTheirs(NotSaved):
    """There is no such answer, or somebody else marks it."""


class Stale(NotSaved):
    """Somebody else was faster. The history keeps what was typed."""


@dataclass(frozen=True)
class MarkForm:
    """What somebody typed.

    Attributes:
        points: as typed.
        comment: for the student.
        base: the state of the answer that the page showed, from ``base_of``.
    """

    points: str
    comment: str
    base: str


def role_of(who: Who, answer: Any) -> Role | None:
    """Return in which role somebody marks an answer, or None if they do not."""
    if who.is_instructor:
        return "decided"
    return "first" if answer.first == who.name else "second" if answer.second == who.name else None


def counting(given: Sequence[Any]) -> Any:
    """Return the mark that the student gets: the instructor's, or else the first; None if there is neither."""
    return next((mark for role in CARRIES for mark in given if mark.role == role), None)


def own(given: Sequence[Any], role: Role, name: str) -> Any:
    """Return the mark that somebody gave in a role; any mark given as the instructor counts as the instructor's."""
    return next((mark for mark in given if mark.role == role and (role == "decided" or mark.marker == name)), None)


def base_of(role: Role, name: str, answer: Any, given: Sequence[Any], in_gradebook: Any) -> str:
    """Return a digest of everything that somebody in a role sees of an answer.

    Equal digests mean that nothing was changed under their hands. A second marker sees no other mark.
    """
    seen = [mark for mark in given if role == "decided" or (role == "first" and mark.role == "decided")]
    mine = own(given, role, name)
    shown = [
        [mark.role, mark.marker, mark.points, mark.comment, mark.digest] for mark in [*seen, *filter(None, [mine])]
    ]
    state = [sorted(shown), list(in_gradebook) if role in CARRIES else None]
    return f"{answer.digest[:16]}-{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]}"


def in_gradebook(session: Any, answer: Any, *, lock: bool = False) -> tuple[float | None, str | None]:
    """Return the points and the comment that a person gave, from nbgrader's rows.

    Raises:
        NotTheirs: the submission is no longer there.
    """
    query = select(Grade.manual_score, Comment.manual_comment).select_from(answers)
    query = query.join(Grade, Grade.id == answers.c.grade).join(Comment, Comment.id == answers.c.remark)
    row = session.execute((query.with_for_update() if lock else query).where(answers.c.id == answer.id)).first()
    if row is None:
        raise NotTheirs("the submission is no longer in the gradebook")
    return row[0], row[1]


def answer_and_role(session: Any, who: Who, answer_id: str) -> tuple[Any, Role]:
    """Return an answer, and the role in which somebody marks it.

    Raises:
        NotTheirs: they do not.
    """
    answer = session.execute(select(answers).where(answers.c.id == answer_id)).first()
    role = answer and role_of(who, answer)
    if role is None:
        raise NotTheirs("this answer is not yours: it may have been given to somebody else")
    if not answer.is_open:
        raise NotTheirs("nobody need mark this answer any more")
    return answer, role


def save(gradebook: CourseGradebook, who: Who, answer_id: str, typed: MarkForm) -> Question:
    """Save a mark, and put the one that counts into nbgrader's own rows; return the question.

    Saving again what is already there, as after a reply that was lost, changes nothing.

    Raises:
        WrongMark: the points or the comment cannot be had.
        NotTheirs: the answer is not theirs.
        Stale: it has been changed since they saw it.
        GradebookError: the gradebook does not take it; nothing was changed.
    """
    with writing(gradebook) as session:
        answer, role = answer_and_role(session, who, answer_id)
        points, comment = parse_points(typed.points, answer.max_points), _tidy(typed.comment)
        given = session.execute(select(marks).where(marks.c.answer == answer.id)).all()
        there = in_gradebook(session, answer, lock=True)
        before, counts = own(given, role, who.name), counting(given)
        wanted = {"points": points, "comment": comment}
        was = None if before is None else {"points": before.points, "comment": before.comment}
        is_same = was == wanted and before.digest == answer.digest
        if role in CARRIES:
            is_same = is_same and counts is before and there == (points, comment or None)
        stale = "" if is_same else _why_stale(role, who, answer, given, there, typed.base)
        if stale:
            note(session, who.name, "not saved", answer.id, was, wanted)
        elif not is_same:
            _write(session, who, answer, role, before, points, comment)
            note(session, who.name, f"{role} mark", answer.id, was, wanted)
    if stale:
        raise Stale(stale)
    return Question(answer.assignment, answer.cell)


def _why_stale(role: Role, who: Who, answer: Any, given: Sequence[Any], there: Any, base: str) -> str:
    """Return what has changed since somebody opened an answer, in words; nothing if nothing has."""
    counts = counting(given)
    if role == "first" and counts is not None and counts.role == "decided":
        return "the instructor has decided on this answer"
    if base[:17] != f"{answer.digest[:16]}-":
        return "the student's answer has changed since you opened it"
    if base != base_of(role, who.name, answer, given, there):
        return "somebody has changed the mark since you opened it"
    return ""


def _write(session: Any, who: Who, answer: Any, role: Role, before: Any, points: float, comment: str) -> None:
    if before is not None:
        key = (marks.c.answer == answer.id, marks.c.role == role, marks.c.marker == before.marker)
        session.execute(delete(marks).where(*key))
    fields = {"points": points, "comment": comment, "digest": answer.digest, "at": now()}
    session.execute(insert(marks).values(answer=answer.id, role=role, marker=who.name, **fields))
    if role in CARRIES:
        score = update(Grade.__table__).where(Grade.id == answer.grade)
        session.execute(score.values(manual_score=points, needs_manual_grade=False))
        remark = update(Comment.__table__).where(Comment.id == answer.remark)
        session.execute(remark.values(manual_comment=comment or None))


def parse_points(text: str, most: float) -> float:
    """Return points that somebody typed, with a point or a comma.

    Raises:
        WrongMark: they are no number from 0 to the most.
    """
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= most:  # which NaN is not, either
        raise WrongMark(f"points are a number from 0 to {number(most)}, such as 2.5")
    return round(points, 2) + 0.0


def _tidy(comment: str) -> str:
    """Return a comment with one kind of line ends, and no space around it."""
    found = "\n".join(comment.replace("\0", "").splitlines()).strip()
    if len(found) > MAX_COMMENT:
        raise WrongMark(f"a comment has at most {MAX_COMMENT:,} characters, and this one {len(found):,}")
    return found
