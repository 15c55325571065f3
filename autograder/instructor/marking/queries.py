"""Queries behind the marking pages: a fixed number for each page, and no student but in the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from sqlalchemy import and_, func, select

from autograder.instructor.hand_marks import answers, carried, counting, history, marks
from autograder.instructor.marking.saving import answer_for, base_of, own
from autograder.instructor.marking.team import INSTRUCTOR, QuestionKey, Team

EXCERPT = 100  # characters of an answer in the list
State = Literal["look again", "to mark", "waits", "marked", "decided"]  # ``waits`` is for somebody else
TO_DO: tuple[State, ...] = ("look again", "to mark")


@dataclass(frozen=True)
class ListEntry:
    """An answer in somebody's list, numbered from 1, with the points that count, and for the instructor its marker."""

    id: str
    number: int
    state: State
    points: float | None
    excerpt: str
    marker: str

    @property
    def is_done(self) -> bool:
        """Whether it needs no mark any more."""
        return self.state in ("marked", "decided")


@dataclass(frozen=True)
class AnswerView:
    """An answer, for one marker."""

    id: str
    question: QuestionKey
    text: str
    max_points: float
    mark: tuple[float, str] | None  # points and comment of this marker
    comment: str  # to begin with: this marker's own, or the one that the student gets
    base: str  # state of the answer that the marker sees, for ``saving.save``
    has_changed: bool
    decided: tuple[float, str] | None  # the instructor's points and comment, for the marker
    marked: tuple[str, float, str] | None  # the marker, the marker's points and comment, for the instructor


def entries(session: Any, team: Team, name: str, question: QuestionKey) -> list[ListEntry]:
    """Return a marker's answers to a question, in the random order of their ids, in two queries."""
    rows, marks_of, marker_of = open_answers(session, team, question)
    listed: list[ListEntry] = []
    for row in rows:
        marker, mark = marker_of.get(row.id, ""), counting(marks_of.get(row.id, ()))
        if name not in (INSTRUCTOR, marker):
            continue
        state = _state(mark, row.digest, is_instructor=name == INSTRUCTOR, has_marker=team.has(marker))
        begin = " ".join(row.excerpt[:EXCERPT].split()) + ("…" if len(row.excerpt) > EXCERPT else "")
        points = None if mark is None else mark.points
        listed.append(ListEntry(row.id, len(listed) + 1, state, points, begin, marker))
    return listed


def _state(mark: Any, digest: str, *, is_instructor: bool, has_marker: bool) -> State:
    waits = is_instructor and has_marker
    if mark is None:
        return "waits" if waits else "to mark"
    if mark.role == "decided":
        return "look again" if is_instructor and mark.digest != digest else "decided"
    if mark.digest == digest:
        return "marked"
    return "waits" if waits else "look again"


def next_of(listed: Sequence[ListEntry], after: str = "") -> ListEntry | None:
    """Return the next answer with something to do, from an id on and then from the start; None if all is done."""
    at = next((entry.number for entry in listed if entry.id == after), 0)
    return next((entry for entry in [*listed[at:], *listed[:at]] if entry.state in TO_DO), None)


def view(session: Any, team: Team, name: str, answer_id: str) -> AnswerView:
    """Return an answer for one marker; raise NotTheirs where another has it."""
    answer, given, role = answer_for(session, team, name, answer_id)
    mark, counts, by_marker = own(given, role), counting(given), own(given, "marked")
    begin = mark or carried(given)
    is_marked = mark is not None and mark.points is not None
    is_decided = role == "marked" and counts is not None and counts.role == "decided"
    return AnswerView(
        id=answer.id,
        question=QuestionKey(answer.assignment, answer.cell),
        text=answer.text,
        max_points=answer.max_points,
        mark=(mark.points, mark.comment) if is_marked else None,
        comment=begin.comment if begin else "",
        base=base_of(answer, given),
        has_changed=is_marked and mark.digest != answer.digest,
        decided=(counts.points, counts.comment) if is_decided else None,
        marked=(by_marker.marker, by_marker.points, by_marker.comment) if role == "decided" and by_marker else None,
    )


@dataclass(frozen=True)
class MarkerProgress:
    """Progress of one marker on a question: answers given and done, and the mean of the points given."""

    name: str
    given: int
    done: int
    mean: float | None


@dataclass(frozen=True)
class Overview:
    """Progress of marking a question; ``nobodys`` counts answers that no marker of the table can mark."""

    answers: int
    done: int
    nobodys: int
    markers: Sequence[MarkerProgress]


def overview(session: Any, team: Team, question: QuestionKey) -> Overview:
    """Return how far the marking of a question is, in two queries."""
    rows, marks_of, marker_of = open_answers(session, team, question)
    counts = {row.id: counting(marks_of.get(row.id, ())) for row in rows}
    done = {row.id for row in rows if counts[row.id] is not None and counts[row.id].digest == row.digest}
    marked = [mark for given in marks_of.values() for mark in given if mark.role == "marked"]
    names = [marker.name for marker in team.markers if marker.may_mark(question)]
    names += sorted({mark.marker for mark in marked})
    markers = []
    for name in dict.fromkeys(names):
        theirs = {answer for answer, marker in marker_of.items() if marker == name}
        points = [mark.points for mark in marked if mark.marker == name]
        markers.append(MarkerProgress(name, len(theirs), len(theirs & done), fmean(points) if points else None))
    nobodys = sum(row.id not in marker_of and counts[row.id] is None for row in rows)
    return Overview(len(rows), len(done), nobodys, markers)


def past(session: Any, answer_id: str = "") -> list[Any]:
    """Return the history of one answer, or of all, the last line first, each with its student."""
    query = select(history, answers.c.student, answers.c.assignment)
    query = query.outerjoin(answers, answers.c.id == history.c.answer).order_by(history.c.id.desc())
    return list(session.execute(query.where(history.c.answer == answer_id) if answer_id else query).all())


def open_answers(
    session: Any, team: Team, question: QuestionKey
) -> tuple[Sequence[Any], Mapping[str, Sequence[Any]], Mapping[str, str]]:
    """Return the answers to a question that people mark, by id; their marks without comments; and who marks each.

    A marked answer stays with its marker.
    """
    here = and_(answers.c.assignment == question.assignment, answers.c.cell == question.cell)
    excerpt = func.substr(answers.c.text, 1, EXCERPT + 1).label("excerpt")
    columns = (answers.c.id, answers.c.student, answers.c.digest, excerpt)
    rows = session.execute(select(*columns).where(here, answers.c.is_open.is_(True)).order_by(answers.c.id)).all()
    fields = (marks.c.answer, marks.c.role, marks.c.marker, marks.c.points, marks.c.digest)
    marks_of: dict[str, list[Any]] = {}
    for mark in session.execute(select(*fields).join(answers, answers.c.id == marks.c.answer).where(here)):
        marks_of.setdefault(mark.answer, []).append(mark)
    marker_of = team.split(question, {row.id: row.student for row in rows})
    for row in rows:
        if mark := own(marks_of.get(row.id, ()), "marked"):
            marker_of[row.id] = mark.marker
    return rows, marks_of, marker_of
