"""Save a mark: whole or not at all, and never over something that whoever saves has not seen."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbgrader.api import Comment, Grade
from sqlalchemy import delete, insert, select, update

from autograder.errors import WorkFailed
from autograder.instructor.gradebook.marks import number
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking.access import Who
from autograder.instructor.marking.markers import FORMGRADER
from autograder.instructor.marking.roles import CARRIES, Role, counting, own, role_of
from autograder.instructor.marking.tables import answers, calibrations, kept_comments, marks, note, now, writing
from autograder.instructor.marking.team import Team

MAX_TEXT = 10_000  # characters of a comment or a reason


class NotSaved(WorkFailed):
    """A mark was not saved; the message says why."""


class WrongMark(NotSaved):
    """The points are none that this answer can get, or the comment is too long."""


class NotTheirs(NotSaved):
    """There is no such answer, or it is not theirs to mark."""


class Stale(NotSaved):
    """Somebody else was faster. What was typed stands in the history, too."""


@dataclass(frozen=True)
class Typed:
    """What somebody typed.

    Attributes:
        points: as it was typed.
        comment: for the student.
        base: what was on the page then, as ``base_of`` says it.
        keep: whether the comment is to be used again.
    """

    points: str
    comment: str
    base: str
    keep: bool = False


def base_of(role: Role, name: str, answer: Any, given: Sequence[Any], in_gradebook: Any) -> str:
    """Return a digest of all that somebody saw of an answer who marks it in a role.

    Equal digests mean that nothing was changed under their hands. A second marker, and one who calibrates, see
    nothing of what others gave, so that changes nothing for them.
    """
    seen = given if role == "decided" else [one for one in given if one.role == "decided"] if role == "first" else []
    mine = own(given, role, name)
    shown = [[one.role, one.marker, one.points, one.comment, one.digest] for one in (*seen, *([mine] if mine else []))]
    state = [sorted(shown), list(in_gradebook) if role in CARRIES else None]
    return f"{answer.digest[:16]}-{hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]}"


def in_gradebook(session: Any, answer: Any, *, lock: bool = False) -> tuple[float | None, str | None]:
    """Return the points and the comment that nbgrader has from a person.

    Raises:
        NotTheirs: the submission is no longer there.
    """
    query = select(Grade.manual_score, Comment.manual_comment).select_from(answers)
    query = query.join(Grade, Grade.id == answers.c.grade).join(Comment, Comment.id == answers.c.remark)
    row = session.execute((query.with_for_update() if lock else query).where(answers.c.id == answer.id)).first()
    if row is None:
        raise NotTheirs("the submission is no longer in the gradebook")
    return row[0], row[1]


def save(gradebook: CourseGradebook, team: Team, who: Who, answer_id: str, typed: Typed) -> None:
    """Save a mark in the role that somebody has for an answer, with what counts in nbgrader's own rows.

    Saving once more what is there already, as after an answer of the server that never came, changes nothing.

    Raises:
        WrongMark: it is none.
        NotTheirs: the answer is not theirs.
        Stale: it has been changed since they saw it.
        GradebookError: the gradebook does not take it; nothing was changed.
    """
    stale = ""
    with writing(gradebook) as session:
        answer, role = _theirs(session, team, who, answer_id)
        points, comment = parse_points(typed.points, answer.max_points), _short(typed.comment)
        given = session.execute(select(marks).where(marks.c.answer == answer.id)).all()
        there = in_gradebook(session, answer, lock=True)
        before, counts = own(given, role, who.name), counting(given)
        is_same = before is not None and (before.points, before.comment) == (points, comment)
        is_same = is_same and before.digest == answer.digest
        if role in CARRIES:
            is_same = is_same and counts is before and there == (points, comment or None)
        if is_same:
            pass
        elif role == "first" and counts is not None and counts.role == "decided":
            stale = "the instructor has decided on this answer"
        elif role == "trial" and before is not None:
            stale = "you know the instructor's points by now, so those that you gave before stay"
        elif typed.base[:17] != f"{answer.digest[:16]}-":
            stale = "the student's answer has changed since you opened it"
        elif typed.base != base_of(role, who.name, answer, given, there):
            stale = "somebody has changed the mark since you opened it"
        if stale:
            note(session, who.name, "not saved", answer.id, _said(before), {"points": points, "comment": comment})
        elif not is_same:
            _write(session, who, answer, role, before, points, comment)
        if typed.keep and comment and not stale:
            _keep(session, who, answer, comment)
    if stale:
        raise Stale(stale)


def _theirs(session: Any, team: Team, who: Who, answer_id: str) -> tuple[Any, Role]:
    answer = session.execute(select(answers).where(answers.c.id == answer_id)).first()
    calibrating = session.execute(select(calibrations.c.answer).where(calibrations.c.answer == answer_id))
    role = answer and role_of(who, answer, set(calibrating.scalars()), team)
    if role is None:
        raise NotTheirs("this answer is not yours: it may have been given to somebody else")
    if not answer.is_open:
        raise NotTheirs("nobody need mark this answer any more")
    return answer, role


def _write(session: Any, who: Who, answer: Any, role: Role, before: Any, points: float, comment: str) -> None:
    fields = {"points": points, "comment": comment, "digest": answer.digest, "at": now()}
    if before is not None:
        key = (marks.c.answer == answer.id, marks.c.role == role, marks.c.marker == before.marker)
        session.execute(delete(marks).where(*key))
    session.execute(insert(marks).values(answer=answer.id, role=role, marker=who.name, **fields))
    if role in CARRIES:
        score = update(Grade.__table__).where(Grade.id == answer.grade)
        session.execute(score.values(manual_score=points, needs_manual_grade=False))
        remark = update(Comment.__table__).where(Comment.id == answer.remark)
        session.execute(remark.values(manual_comment=comment or None))
    note(session, who.name, f"{role} mark", answer.id, _said(before), {"points": points, "comment": comment})


def _said(mark: Any) -> dict[str, Any] | None:
    return None if mark is None else {"points": mark.points, "comment": mark.comment}


def _keep(session: Any, who: Who, answer: Any, comment: str) -> None:
    """Keep a comment for the question, once."""
    mine = (kept_comments.c.assignment == answer.assignment, kept_comments.c.cell == answer.cell)
    if session.execute(select(kept_comments.c.id).where(*mine, kept_comments.c.text == comment)).first() is None:
        fields = {"assignment": answer.assignment, "cell": answer.cell, "text": comment, "marker": who.name}
        session.execute(insert(kept_comments).values(id=secrets.token_urlsafe(12), at=now(), **fields))
        note(session, who.name, "kept a comment", answer.id, after=comment)


def forget_comment(gradebook: CourseGradebook, who: Who, comment_id: str) -> None:
    """Take a comment from those that can be used again; where it was used, it stays.

    Raises:
        NotTheirs: somebody else wrote it.
        GradebookError: the gradebook does not take it.
    """
    with writing(gradebook) as session:
        row = session.execute(select(kept_comments).where(kept_comments.c.id == comment_id)).first()
        if row is None:
            return
        if not (who.is_instructor or row.marker == who.name):
            raise NotTheirs(f"{row.marker} wrote this comment")
        session.execute(delete(kept_comments).where(kept_comments.c.id == comment_id))
        note(session, who.name, "forgot a comment", before=row.text)


def calibrate_on(gradebook: CourseGradebook, team: Team, who: Who, answer_id: str, reason: str | None) -> None:
    """Let markers calibrate on an answer that the instructor has decided, with that mark and a reason.

    Args:
        gradebook: of the course.
        team: who marks.
        who: the instructor.
        answer_id: of the answer.
        reason: for the points, which a marker reads after marking it; None where it is to be one no longer.

    Raises:
        WrongMark: it has no points of the instructor's yet, or no reason is given.
        NotTheirs: it is not the instructor who asks.
        GradebookError: the gradebook does not take it.
    """
    with writing(gradebook) as session:
        answer, role = _theirs(session, team, who, answer_id)
        if role != "decided":
            raise NotTheirs("the instructor alone chooses answers to calibrate on")
        before = session.execute(select(calibrations).where(calibrations.c.answer == answer.id)).first()
        session.execute(delete(calibrations).where(calibrations.c.answer == answer.id))
        said = None if before is None else {"points": before.points, "reason": before.reason}
        if reason is None:
            note(session, who.name, "no calibration any more", answer.id, said)
            return
        given = session.execute(select(marks).where(marks.c.answer == answer.id)).all()
        mark, reason = own(given, "decided", who.name), _short(reason)
        if mark is None or mark.marker == FORMGRADER or not reason:
            raise WrongMark("mark the answer here first, and give the reason for the points")
        session.execute(insert(calibrations).values(answer=answer.id, points=mark.points, reason=reason))
        note(session, who.name, "calibration", answer.id, said, {"points": mark.points, "reason": reason})


def parse_points(text: str, most: float) -> float:
    """Return points that somebody typed, with a point or a comma.

    Raises:
        WrongMark: they are no number from 0 to the most.
    """
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= most:  # nor is it NaN
        raise WrongMark(f"points are a number from 0 to {number(most)}, such as 2.5")
    return round(points, 2) + 0.0


def _short(text: str) -> str:
    """Return a text as it is kept: one kind of line ends, and nothing around it."""
    found = "\n".join(text.replace("\0", "").splitlines()).strip()
    if len(found) > MAX_TEXT:
        raise WrongMark(f"a comment has at most {MAX_TEXT:,} characters, and this one {len(found):,}")
    return found
