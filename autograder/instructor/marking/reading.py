"""What the pages show, in a few queries each, however many answers there are. Of students they know nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal

from sqlalchemy import and_, func, select

from autograder.instructor.marking.access import Who
from autograder.instructor.marking.agreement import Agreement, agreement
from autograder.instructor.marking.markers import Question
from autograder.instructor.marking.roles import Role, counting, differ, own, role_of
from autograder.instructor.marking.saving import NotTheirs, base_of, in_gradebook
from autograder.instructor.marking.tables import HANDED_OUT, answers, calibrations, history, kept_comments, marks
from autograder.instructor.marking.team import Team

EXCERPT = 100  # characters of an answer in the list
PAGE = 200  # lines of the history on one page
# In the order in which they are offered: what is still to do first.
State = Literal["calibrate", "decide", "look again", "to mark", "waits", "marked", "decided"]
TO_DO: tuple[State, ...] = ("calibrate", "decide", "look again", "to mark")


@dataclass(frozen=True)
class Entry:
    """An answer in somebody's list.

    Attributes:
        id: of the answer.
        number: its place in this list, from 1.
        role: in which they mark it.
        state: what is to be done with it, if anything; ``waits`` is for somebody else.
        points: that they gave; None where they have not marked it.
        excerpt: how it begins.
        marker: who has it; empty but for the instructor.
    """

    id: str
    number: int
    role: Role
    state: State
    points: float | None
    excerpt: str
    marker: str = ""

    @property
    def is_to_do(self) -> bool:
        return self.state in TO_DO


@dataclass(frozen=True)
class Shown:
    """An answer, for who marks it.

    Attributes:
        id: of the answer.
        question: that it answers.
        role: in which they mark it.
        text: the answer.
        max_points: that it can get.
        mark: points and comment that they gave; None before.
        base: what their page goes by, for ``saving.save``.
        has_changed: whether the text is another than the one that they marked.
        decided: points and comment of the instructor, where a first marker should know them.
        others: role, marker, points and comment of the other marks, for the instructor alone.
        calibration: the instructor's points and reason, for who has marked it, and for the instructor.
        kept: comments that can be used again, each with its id and author.
    """

    id: str
    question: Question
    role: Role
    text: str
    max_points: float
    mark: tuple[float, str] | None
    base: str
    has_changed: bool
    decided: tuple[float, str] | None
    others: Sequence[tuple[str, str, float, str]]
    calibration: tuple[float, str] | None
    kept: Sequence[tuple[str, str, str]]


def entries(session: Any, team: Team, who: Who, question: Question) -> list[Entry]:
    """Return somebody's answers to a question, in the random order of their ids, in three queries."""
    here = and_(answers.c.assignment == question.assignment, answers.c.cell == question.cell)
    fields = (answers.c.id, answers.c.assignment, answers.c.cell, answers.c.digest, answers.c.first, answers.c.second)
    excerpt = func.substr(answers.c.text, 1, EXCERPT + 1).label("excerpt")
    rows = session.execute(select(*fields, excerpt).where(here, answers.c.is_open.is_(True)).order_by(answers.c.id))
    given = _given(session, here)
    calibrating = set(session.execute(select(calibrations.c.answer)).scalars())
    found: list[Entry] = []
    for row in rows:
        role = role_of(who, row, calibrating, team)
        if role is None:
            continue
        mark = own(given.get(row.id, ()), role, who.name)
        begin = " ".join(row.excerpt[:EXCERPT].split()) + ("…" if len(row.excerpt) > EXCERPT else "")
        state = _state(row, role, mark, given.get(row.id, ()), team)
        points, marker = None if mark is None else mark.points, ""
        if who.is_instructor:
            counts = counting(given.get(row.id, ()))
            points, marker = None if counts is None else counts.points, row.first or ""
        found.append(Entry(row.id, len(found) + 1, role, state, points, begin, marker))
    return found


def _state(row: Any, role: Role, mark: Any, given: Sequence[Any], team: Team) -> State:
    if role == "decided":
        counts = counting(given)
        if differ(given, team.settings.decide_over):
            return "decide"
        if counts is None or counts.digest != row.digest:
            with_somebody = row.first is not None and team.marker(row.first) and (counts is None or counts is not mark)
            return "waits" if with_somebody else "to mark" if counts is None else "look again"
        return "decided" if counts is mark else "marked"
    if mark is None and role == "first" and counting(given) is not None:
        return "decided"
    if mark is None:
        return "calibrate" if role == "trial" else "to mark"
    if role == "first" and counting(given) is not mark:
        return "decided"
    # Of an answer to calibrate on, the text that was marked is the one that the instructor explains.
    return "look again" if mark.digest != row.digest and role != "trial" else "marked"


def next_of(found: Sequence[Entry], after: str = "") -> Entry | None:
    """Return the next answer that is to be done, from one on and then from the beginning; None where all is done.

    Answers to calibrate on come before all others.
    """
    at = next((entry.number for entry in found if entry.id == after), 0)
    order = [*found[at:], *found[:at]]
    trials = [entry for entry in order if entry.state == "calibrate"]
    return next((entry for entry in (*trials, *order) if entry.is_to_do), None)


def shown(session: Any, team: Team, who: Who, answer_id: str) -> Shown:
    """Return an answer for somebody who marks it.

    Raises:
        NotTheirs: they do not.
    """
    answer = session.execute(select(answers).where(answers.c.id == answer_id)).first()
    if answer is None:
        raise NotTheirs("there is no such answer")
    calibration = session.execute(select(calibrations).where(calibrations.c.answer == answer_id)).first()
    role = role_of(who, answer, {answer_id} if calibration else (), team)
    if role is None or not answer.is_open:
        raise NotTheirs("this answer is not yours: it may have been given to somebody else, or need no mark any more")
    given = session.execute(select(marks).where(marks.c.answer == answer_id).order_by(marks.c.at)).all()
    mark, counts = own(given, role, who.name), counting(given)
    is_decided = role == "first" and counts is not None and counts.role == "decided"
    question = Question(answer.assignment, answer.cell)
    mine = and_(kept_comments.c.assignment == question.assignment, kept_comments.c.cell == question.cell)
    kept = session.execute(select(kept_comments).where(mine).order_by(kept_comments.c.at, kept_comments.c.id))
    may_read = calibration is not None and (role == "decided" or (role == "trial" and mark is not None))
    return Shown(
        answer.id,
        question,
        role,
        answer.text,
        answer.max_points,
        None if mark is None else (mark.points, mark.comment),
        base_of(role, who.name, answer, given, in_gradebook(session, answer)),
        mark is not None and mark.digest != answer.digest and role != "trial",
        (counts.points, counts.comment) if is_decided else None,
        [(one.role, one.marker, one.points, one.comment) for one in given if one is not mark]
        if role == "decided"
        else [],
        (calibration.points, calibration.reason) if may_read else None,
        [(one.id, one.text, one.marker) for one in kept],
    )


@dataclass(frozen=True)
class Marked:
    """How one marker marks a question.

    Attributes:
        name: the marker's.
        given: how many answers they have.
        done: of those, how many are marked and wait for nothing.
        mean: of their points; None before the first.
        shares: how many answers got which points, by points.
        calibration: mean of their points minus the instructor's on the answers to calibrate on; None before.
        calibrated: on how many.
    """

    name: str
    given: int
    done: int
    mean: float | None
    shares: Mapping[float, int]
    calibration: float | None
    calibrated: int


@dataclass(frozen=True)
class Overview:
    """How far the marking of a question is.

    Attributes:
        question: which.
        answers: how many are to be marked.
        done: how many have a mark that counts and waits for nothing.
        nobodys: how many nobody of the table may mark.
        to_decide: the ids of those on which two people differ too much.
        agreement: between first and second marks; None where there are none.
        markers: each of those who mark it.
        calibrating: the answers to calibrate on, with the points of each marker, by name, and the instructor's.
    """

    question: Question
    answers: int
    done: int
    nobodys: int
    to_decide: Sequence[str]
    agreement: Agreement | None
    markers: Sequence[Marked]
    calibrating: Sequence[tuple[str, float, Mapping[str, float]]]


def overview(session: Any, team: Team, question: Question) -> Overview:
    """Return how far the marking of a question is, in three queries."""
    here = and_(answers.c.assignment == question.assignment, answers.c.cell == question.cell)
    fields = (answers.c.id, answers.c.digest, answers.c.first, answers.c.second)
    query = select(*fields).where(here, answers.c.is_open.is_(True)).order_by(answers.c.id)
    rows, given = session.execute(query).all(), _given(session, here)
    joined = calibrations.join(answers, answers.c.id == calibrations.c.answer)
    fixed = session.execute(select(calibrations.c.answer, calibrations.c.points).select_from(joined).where(here)).all()
    counts = {row.id: counting(given.get(row.id, ())) for row in rows}
    of = {row.id: {mark.role: mark for mark in given.get(row.id, ())} for row in rows}
    pairs = [(one["first"].points, one["second"].points) for one in of.values() if {"first", "second"} <= one.keys()]
    trials = {answer: {m.marker: m.points for m in given.get(answer, ()) if m.role == "trial"} for answer, _ in fixed}
    names = [one.name for one in team.markers if one.knows(question)]
    names += sorted({mark.marker for one in of.values() for role, mark in one.items() if role in ("first", "second")})
    found = []
    for name in dict.fromkeys(names):
        mine = [(row, role) for row in rows for role in ("first", "second") if getattr(row, role) == name]
        gave = [one[role] for one in of.values() for role in ("first", "second") if role in one]
        done = [row for row, role in mine if role in of[row.id] and of[row.id][role].digest == row.digest]
        off = [trials[answer][name] - points for answer, points in fixed if name in trials[answer]]
        points = [mark.points for mark in gave if mark.marker == name]
        found.append(
            Marked(
                name,
                len(mine),
                len(done),
                fmean(points) if points else None,
                {one: points.count(one) for one in sorted(set(points))},
                fmean(off) if off else None,
                len(off),
            )
        )
    return Overview(
        question,
        len(rows),
        sum(mark is not None and mark.digest == row.digest for row in rows for mark in [counts[row.id]]),
        sum(row.first is None and counts[row.id] is None for row in rows),
        [row.id for row in rows if differ(given.get(row.id, ()), team.settings.decide_over)],
        agreement(pairs),
        found,
        [(answer, points, trials[answer]) for answer, points in fixed],
    )


def past(session: Any, answer_id: str = "", before: int = 0) -> list[Any]:
    """Return lines of the history, the last first, each with the student whom it is about.

    Args:
        session: of the gradebook.
        answer_id: only what happened to this answer; otherwise the many lines of who got which answer are left out.
        before: only lines of a lower number than this, if it is not 0.
    """
    query = select(history, answers.c.student, answers.c.assignment)
    query = query.outerjoin(answers, answers.c.id == history.c.answer)
    query = query.where(history.c.answer == answer_id if answer_id else history.c.what != HANDED_OUT)
    if before:
        query = query.where(history.c.id < before)
    return list(session.execute(query.order_by(history.c.id.desc()).limit(PAGE)).all())


def _given(session: Any, here: Any) -> dict[str, list[Any]]:
    """Return the marks of a question's answers, without their comments, by answer."""
    fields = (marks.c.answer, marks.c.role, marks.c.marker, marks.c.points, marks.c.digest)
    found: dict[str, list[Any]] = {}
    for mark in session.execute(select(*fields).join(answers, answers.c.id == marks.c.answer).where(here)):
        found.setdefault(mark.answer, []).append(mark)
    return found
