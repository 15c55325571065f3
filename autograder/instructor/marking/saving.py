"""Save a marker's mark of an answer, or the instructor's: whole, and never over a mark that they have not seen."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, insert, select

from autograder.course import Course
from autograder.instructor.class_facts import update_student
from autograder.instructor.hand_marks import answers, carried, counting, marks, note, now
from autograder.instructor.marking.state import MarkingState
from autograder.instructor.marking.team import INSTRUCTOR, QuestionKey, Team
from autograder.instructor.marks import number
from autograder.user_errors import TaskFailed

MAX_COMMENT = 10_000  # characters

Role = Literal["marked", "decided"]  # by a marker, by the instructor


class NotSaved(TaskFailed):
    """A mark was not saved; the message says why."""


class WrongMark(NotSaved):
    """The points are out of range, or the comment is too long."""


class NotTheirs(NotSaved):
    """The answer does not exist, or it is another marker's."""


class Stale(NotSaved):
    """The answer or its mark has changed meanwhile. The history keeps the typed mark."""


@dataclass(frozen=True)
class MarkForm:
    """The form of a mark, as typed; ``base``, from ``base_of``, is the state of the answer that the page showed."""

    points: str
    comment: str
    base: str


def own(given: Sequence[Any], role: Role) -> Any:
    """Return the mark of a role, of which an answer has one at most; any as the instructor is the instructor's."""
    return next((mark for mark in given if mark.role == role), None)


def role_of(team: Team, name: str, answer: Any, given: Sequence[Any]) -> Role | None:
    """Return the role of a marker for an answer; None where it is not the marker's, or another has marked it."""
    if name == INSTRUCTOR:
        return "decided"
    mark = own(given, "marked")
    may_mark = name in team.eligible(QuestionKey(answer.assignment, answer.cell), answer.student)
    return "marked" if (may_mark if mark is None else mark.marker == name) else None


def base_of(answer: Any, given: Sequence[Any]) -> str:
    """Return a digest of an answer and its marks, which whoever marks it sees."""
    shown = sorted([mark.role, mark.marker, mark.points, mark.comment, mark.digest] for mark in given)
    return f"{answer.digest[:16]}-{hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]}"


def answer_for(session: Any, team: Team, name: str, answer_id: str) -> tuple[Any, Sequence[Any], Role]:
    """Return an answer, its marks and the role of its marker.

    Raises NotTheirs where it is another's, or need not be marked.
    """
    answer = session.execute(select(answers).where(answers.c.id == answer_id)).first()
    given = session.execute(select(marks).where(marks.c.answer == answer_id)).all()
    role = answer and role_of(team, name, answer, given)
    if role is None:
        raise NotTheirs("this answer is not yours: another marker has it")
    if not answer.is_open:
        raise NotTheirs("this answer need not be marked any more")
    return answer, given, role


def save(state: MarkingState, name: str, answer_id: str, typed: MarkForm) -> QuestionKey:
    """Save a mark, and let nbgrader's rows of its student follow; return the question.

    Saving again what is already there, as after a reply that was lost, changes nothing.

    Raises:
        WrongMark: the points or the comment cannot be had.
        NotTheirs: another marker has the answer.
        Stale: it has been changed since the marker saw it.
        GradebookError: the gradebook does not take it; nothing was changed.
    """
    with state.gradebook.writing() as rows:
        session, course = rows.db, Course.installed()
        answer, _, _ = answer_for(session, state.team, name, answer_id)
        wanted = {"points": parse_points(typed.points, answer.max_points), "comment": _tidy(typed.comment)}
        # A mark typed in the formgrader meanwhile comes first.
        update_student(state.folder, rows, course, state.records, answer.student)
        answer, given, role = answer_for(session, state.team, name, answer_id)
        before, counts = own(given, role), counting(given)
        was = None if before is None else {"points": before.points, "comment": before.comment}
        is_same = was == wanted and before.digest == answer.digest and counts is before
        stale = "" if is_same else _why_stale(role, answer, given, typed.base)
        if stale:
            note(session, name, "not saved", answer.id, was, wanted)
        elif not is_same:
            extra = carried(given).extra if given else None
            session.execute(delete(marks).where(marks.c.answer == answer.id, marks.c.role == role))
            fields = wanted | {"extra": extra, "digest": answer.digest, "at": now()}
            session.execute(insert(marks).values(answer=answer.id, role=role, marker=name, **fields))
            note(session, name, role, answer.id, was, wanted)
            update_student(state.folder, rows, course, state.records, answer.student)
    if stale:
        raise Stale(stale)
    return QuestionKey(answer.assignment, answer.cell)


def _why_stale(role: Role, answer: Any, given: Sequence[Any], base: str) -> str:
    """Describe the change since a marker opened an answer; empty without one."""
    counts = counting(given)
    if role == "marked" and counts is not None and counts.role == "decided":
        return "the instructor has decided on this answer"
    if base[:17] != f"{answer.digest[:16]}-":
        return "the student's answer has changed since you opened it"
    if base != base_of(answer, given):
        return "the mark has changed since you opened it"
    return ""


def parse_points(text: str, most: float) -> float:
    """Return typed points, with a point or a comma; raise WrongMark where they are not a number from 0 to the most."""
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= most:  # which NaN is not, either
        raise WrongMark(f"points are a number from 0 to {number(most)}, such as 2.5")
    return round(points, 2) + 0.0


def _tidy(comment: str) -> str:
    """Return a comment with one kind of line ends, and no space around it."""
    text = "\n".join(comment.replace("\0", "").splitlines()).strip()
    if len(text) > MAX_COMMENT:
        raise WrongMark(f"a comment has at most {MAX_COMMENT:,} characters, and this one {len(text):,}")
    return text
