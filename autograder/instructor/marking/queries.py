"""Queries behind the marking pages: a fixed number for each page, and no student but in the history."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal, Self

from sqlalchemy import and_, func, select

from autograder.instructor.hand_marks import HANDED_OUT, answers, carried, counting, history, marks
from autograder.instructor.marking.saving import Role, answer_and_role, base_of, own, role_of
from autograder.instructor.marking.team import INSTRUCTOR, QuestionKey, Team

EXCERPT = 100  # characters of an answer in the list
PAGE = 200  # lines of the history on one page
State = Literal["decide", "look again", "to mark", "waits", "marked", "decided"]  # ``waits`` is for somebody else
TO_DO: tuple[State, ...] = ("decide", "look again", "to mark")


@dataclass(frozen=True)
class ListEntry:
    """An answer in a marker's list, numbered from 1, with the marker's points; the instructor sees those that count."""

    id: str
    number: int
    role: Role
    state: State
    points: float | None
    excerpt: str
    marker: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it needs neither a mark nor a decision any more."""
        return self.state in ("marked", "decided")


@dataclass(frozen=True)
class AnswerView:
    """An answer, for one marker."""

    id: str
    question: QuestionKey
    role: Role
    text: str
    max_points: float
    mark: tuple[float, str] | None  # points and comment of this marker
    comment: str  # to begin with: this marker's own, or, but for a second marker, the one that the student gets
    base: str  # state of the answer that the marker sees, for ``saving.save``
    has_changed: bool
    decided: tuple[float, str] | None  # the instructor's points and comment, for the first marker
    # Role, marker, points and comment of each other mark, for the instructor alone.
    others: Sequence[tuple[str, str, float, str]]


def entries(session: Any, team: Team, name: str, question: QuestionKey) -> list[ListEntry]:
    """Return a marker's answers to a question, in the random order of their ids, in two queries."""
    rows, marks_of = open_answers(session, question, func.substr(answers.c.text, 1, EXCERPT + 1).label("excerpt"))
    listed: list[ListEntry] = []
    for row in rows:
        role = role_of(name, row)
        if role is None:
            continue
        given = marks_of.get(row.id, ())
        if name == INSTRUCTOR:
            mark, state, marker = counting(given), _state_for_instructor(row, given, team), row.first or ""
        else:
            mark, marker = own(given, role, name), ""
            state = _state_for_marker(row, role, mark, given)
        begin = " ".join(row.excerpt[:EXCERPT].split()) + ("…" if len(row.excerpt) > EXCERPT else "")
        points = None if mark is None else mark.points
        listed.append(ListEntry(row.id, len(listed) + 1, role, state, points, begin, marker))
    return listed


def _state_for_instructor(row: Any, given: Sequence[Any], team: Team) -> State:
    mark = counting(given)
    if differ(given, team.settings.decide_over):
        return "decide"
    if mark is not None and mark.digest == row.digest:
        return "decided" if mark.role == "decided" else "marked"
    if row.first is not None and team.has(row.first) and (mark is None or mark.role == "first"):
        return "waits"
    return "to mark" if mark is None else "look again"


def _state_for_marker(row: Any, role: Role, mark: Any, given: Sequence[Any]) -> State:
    if role == "first" and counting(given) is not mark:
        return "decided"
    if mark is None:
        return "to mark"
    return "marked" if mark.digest == row.digest else "look again"


def differ(given: Sequence[Any], over: float) -> bool:
    """Whether two marks of one answer differ so much that the instructor decides, and has not yet."""
    points = {mark.role: mark.points for mark in given if mark.points is not None}
    both = {"first", "second"} <= points.keys() and "decided" not in points
    return both and abs(points["first"] - points["second"]) > over


def next_of(listed: Sequence[ListEntry], after: str = "") -> ListEntry | None:
    """Return the next answer with something to do, from an id on and then from the start; None if all is done."""
    at = next((entry.number for entry in listed if entry.id == after), 0)
    return next((entry for entry in [*listed[at:], *listed[:at]] if entry.state in TO_DO), None)


def view(session: Any, name: str, answer_id: str) -> AnswerView:
    """Return an answer for one marker; raise NotTheirs where another has it."""
    answer, role = answer_and_role(session, name, answer_id)
    given = session.execute(select(marks).where(marks.c.answer == answer_id).order_by(marks.c.at)).all()
    own_mark, counts = own(given, role, name), counting(given)
    mark = own_mark if own_mark is not None and own_mark.points is not None else None
    is_decided = role == "first" and counts is not None and counts.role == "decided"
    begin = own_mark or (None if role == "second" else carried(given))
    more = [(row.role, row.marker, row.points, row.comment) for row in given if row is not own_mark]
    return AnswerView(
        id=answer.id,
        question=QuestionKey(answer.assignment, answer.cell),
        role=role,
        text=answer.text,
        max_points=answer.max_points,
        mark=None if mark is None else (mark.points, mark.comment),
        comment=begin.comment if begin else "",
        base=base_of(role, name, answer, given),
        has_changed=mark is not None and mark.digest != answer.digest,
        decided=(counts.points, counts.comment) if is_decided else None,
        others=more if role == "decided" else [],
    )


@dataclass(frozen=True)
class MarkerProgress:
    """Progress of one marker on a question: answers given and done, and the mean and the shares of their points."""

    name: str
    given: int
    done: int
    mean: float | None
    shares: Mapping[float, int]


@dataclass(frozen=True)
class MarkerAgreement:
    """Agreement of the two marks of answers."""

    answers: int
    equal: float  # share with the same points, from 0 to 1
    difference: float  # mean of second minus first, in points
    distance: float  # mean of the difference without its sign

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]]) -> Self | None:
        """Return how close the first and second marks are, or None without any."""
        if not pairs:
            return None
        differences = [second - first for first, second in pairs]
        equal = differences.count(0) / len(pairs)
        return cls(len(pairs), equal, fmean(differences), fmean(map(abs, differences)))


@dataclass(frozen=True)
class Overview:
    """Progress of marking a question; ``nobodys`` counts answers that no marker of the table can mark."""

    answers: int
    done: int
    nobodys: int
    to_decide: Sequence[str]
    agreement: MarkerAgreement | None
    markers: Sequence[MarkerProgress]


def overview(session: Any, team: Team, question: QuestionKey) -> Overview:
    """Return how far the marking of a question is, in two queries."""
    rows, marks_of = open_answers(session, question)
    counts = {row.id: counting(marks_of.get(row.id, ())) for row in rows}
    by_role = {row.id: {mark.role: mark for mark in marks_of.get(row.id, ())} for row in rows}
    of_two = [mark for mark in by_role.values() if {"first", "second"} <= mark.keys()]
    names = [marker.name for marker in team.markers if marker.may_mark(question)]
    names += sorted({mark.marker for of_one in by_role.values() for mark in of_one.values() if mark.role != "decided"})
    return Overview(
        answers=len(rows),
        done=sum(counts[row.id] is not None and counts[row.id].digest == row.digest for row in rows),
        nobodys=sum(row.first is None and counts[row.id] is None for row in rows),
        to_decide=[row.id for row in rows if differ(marks_of.get(row.id, ()), team.settings.decide_over)],
        agreement=MarkerAgreement.of([(mark["first"].points, mark["second"].points) for mark in of_two]),
        markers=[_progress(name, rows, by_role) for name in dict.fromkeys(names)],
    )


def _progress(name: str, rows: Sequence[Any], by_role: Mapping[str, Mapping[str, Any]]) -> MarkerProgress:
    given = [(row, role) for row in rows for role in ("first", "second") if getattr(row, role) == name]
    done = [row for row, role in given if role in by_role[row.id] and by_role[row.id][role].digest == row.digest]
    marked = [mark for of_one in by_role.values() for mark in of_one.values() if mark.role != "decided"]
    points = sorted(mark.points for mark in marked if mark.marker == name)
    return MarkerProgress(name, len(given), len(done), fmean(points) if points else None, Counter(points))


def past(session: Any, answer_id: str = "", before: int = 0) -> list[Any]:
    """Return lines of the history before a number, if it is not 0, the last first, each with its student.

    They are about one answer; or without it about all, but for the many lines of handing out.
    """
    query = select(history, answers.c.student, answers.c.assignment)
    query = query.outerjoin(answers, answers.c.id == history.c.answer)
    query = query.where(history.c.answer == answer_id if answer_id else history.c.what != HANDED_OUT)
    if before:
        query = query.where(history.c.id < before)
    return list(session.execute(query.order_by(history.c.id.desc()).limit(PAGE)).all())


def open_answers(session: Any, question: QuestionKey, *more: Any) -> tuple[Sequence[Any], dict[str, list[Any]]]:
    """Return the answers to a question that people mark, by id, with more columns, and their marks without comments."""
    here = and_(answers.c.assignment == question.assignment, answers.c.cell == question.cell)
    columns = (answers.c.id, answers.c.digest, answers.c.first, answers.c.second, *more)
    rows = session.execute(select(*columns).where(here, answers.c.is_open.is_(True)).order_by(answers.c.id)).all()
    fields = (marks.c.answer, marks.c.role, marks.c.marker, marks.c.points, marks.c.digest)
    by_answer: dict[str, list[Any]] = {}
    for mark in session.execute(select(*fields).join(answers, answers.c.id == marks.c.answer).where(here)):
        by_answer.setdefault(mark.answer, []).append(mark)
    return rows, by_answer
