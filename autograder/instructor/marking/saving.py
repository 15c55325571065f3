"""Save the marks of an answer by role: each one whole, and never over a mark that its marker has not seen."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import delete, insert, select

from autograder.course import Course
from autograder.errors import TaskFailed
from autograder.instructor.class_facts import update_student
from autograder.instructor.course.grading_records import GradingRecords
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.hand_marks import CARRIES, answers, carried, counting, marks, note, now
from autograder.instructor.marking.team import INSTRUCTOR, QuestionKey
from autograder.instructor.marks import number

MAX_COMMENT = 10_000  # characters

# ``first``: the assigned marker. ``second``: an independent one. ``decided``: the instructor.
Role = Literal["first", "second", "decided"]


class NotSaved(TaskFailed):
    """A mark was not saved; the message says why."""


class WrongMark(NotSaved):
    """The points are out of range, or the comment is too long."""


class NotTheirs(NotSaved):
    """The answer does not exist, or another marker has it."""


class Stale(NotSaved):
    """The answer or its mark has changed meanwhile. The history keeps the typed mark."""


@dataclass(frozen=True)
class MarkForm:
    """The form of a mark, as typed; ``base``, from ``base_of``, is the state of the answer that the page showed."""

    points: str
    comment: str
    base: str


def role_of(name: str, answer: Any) -> Role | None:
    """Return the role of a marker for an answer; None if it is another's."""
    if name == INSTRUCTOR:
        return "decided"
    return "first" if answer.first == name else "second" if answer.second == name else None


def own(given: Sequence[Any], role: Role, name: str) -> Any:
    """Return the mark of a marker in a role; any mark as the instructor counts as the instructor's."""
    return next((mark for mark in given if mark.role == role and (role == "decided" or mark.marker == name)), None)


def base_of(role: Role, name: str, answer: Any, given: Sequence[Any]) -> str:
    """Return a digest of everything that a marker sees of an answer; a second marker sees no other mark."""
    seen = [mark for mark in given if role == "decided" or (role == "first" and mark.role == "decided")]
    seen += filter(None, [own(given, role, name)])
    shown = [[mark.role, mark.marker, mark.points, mark.comment, mark.digest] for mark in seen]
    return f"{answer.digest[:16]}-{hashlib.sha256(json.dumps(sorted(shown)).encode()).hexdigest()[:16]}"


def answer_and_role(session: Any, name: str, answer_id: str) -> tuple[Any, Role]:
    """Return an answer and the role of its marker; raise NotTheirs where another has it, or it need not be marked."""
    answer = session.execute(select(answers).where(answers.c.id == answer_id)).first()
    role = answer and role_of(name, answer)
    if role is None:
        raise NotTheirs("this answer is not yours: it can have been given to another marker")
    if not answer.is_open:
        raise NotTheirs("this answer need not be marked any more")
    return answer, role


def save(
    gradebook: CourseGradebook, records: GradingRecords, name: str, answer_id: str, typed: MarkForm
) -> QuestionKey:
    """Save a mark, and let nbgrader's rows of its student follow; return the question.

    Saving again what is already there, as after a reply that was lost, changes nothing.

    Raises:
        WrongMark: the points or the comment cannot be had.
        NotTheirs: another marker has the answer.
        Stale: it has been changed since the marker saw it.
        GradebookError: the gradebook does not take it; nothing was changed.
    """
    with gradebook.writing() as rows:
        session = rows.db
        answer, role = answer_and_role(session, name, answer_id)
        wanted = {"points": parse_points(typed.points, answer.max_points), "comment": _tidy(typed.comment)}
        course = Course.installed()
        # A mark typed in the formgrader meanwhile comes first.
        update_student(gradebook.folder, rows, course, records, answer.student)
        answer, role = answer_and_role(session, name, answer_id)
        given = session.execute(select(marks).where(marks.c.answer == answer.id)).all()
        before, counts = own(given, role, name), counting(given)
        was = None if before is None else {"points": before.points, "comment": before.comment}
        is_same = was == wanted and before.digest == answer.digest and (role not in CARRIES or counts is before)
        stale = "" if is_same else _why_stale(role, name, answer, given, typed.base)
        if stale:
            note(session, name, "not saved", answer.id, was, wanted)
        elif not is_same:
            _write(session, name, answer, role, given, wanted)
            note(session, name, f"{role} mark", answer.id, was, wanted)
            update_student(gradebook.folder, rows, course, records, answer.student)
    if stale:
        raise Stale(stale)
    return QuestionKey(answer.assignment, answer.cell)


def _why_stale(role: Role, name: str, answer: Any, given: Sequence[Any], base: str) -> str:
    """Describe the change since a marker opened an answer; empty without one."""
    counts = counting(given)
    if role == "first" and counts is not None and counts.role == "decided":
        return "the instructor has decided on this answer"
    if base[:17] != f"{answer.digest[:16]}-":
        return "the student's answer has changed since you opened it"
    if base != base_of(role, name, answer, given):
        return "the mark has changed since you opened it"
    return ""


def _write(session: Any, name: str, answer: Any, role: Role, given: Sequence[Any], wanted: dict[str, Any]) -> None:
    before, carries = own(given, role, name), carried(given)
    if before is not None:
        key = (marks.c.answer == answer.id, marks.c.role == role, marks.c.marker == before.marker)
        session.execute(delete(marks).where(*key))
    fields = wanted | {"extra": carries and carries.extra, "digest": answer.digest, "at": now()}
    session.execute(insert(marks).values(answer=answer.id, role=role, marker=name, **fields))


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
