"""State of the marking server, and how its tables follow the course: texts, markers, and marks from the formgrader.

Taking in again changes nothing, and a kill in the middle loses nothing. A mark belongs to the text for which it was
given: if the answer has changed since, it waits for a second look; if only code around it has, it does not.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, BaseCell, Comment, Grade, GradeCell, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.orm import aliased

from autograder.course import Course
from autograder.instructor.course.decisions import read_decisions
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.questions import WrittenQuestion, question_for
from autograder.instructor.gradebook.writer import CourseGradebook
from autograder.instructor.marking.access import admit
from autograder.instructor.marking.reading import of
from autograder.instructor.marking.saving import CARRIES, counting
from autograder.instructor.marking.split import sample, split
from autograder.instructor.marking.tables import HANDED_OUT, answers, make_tables, marks, note, now, writing
from autograder.instructor.marking.team import FORMGRADER, INSTRUCTOR, Question, Team, read_team
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, is_written, read_notebook, room_of

ID_BYTES = 12
Stamp = tuple[int, int]


class GradedAnswers:
    """The written answers in the graded notebooks of a course folder, each read once until its file changes."""

    def __init__(self, folder: CourseFolder) -> None:
        self.folder = folder
        self._read: dict[Path, tuple[Stamp, Mapping[str, str]]] = {}

    def texts(self, assignment: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield each student with a graded notebook, and the texts of the written answers by cell."""
        for path in sorted((self.folder.root / "autograded").glob(f"*/{assignment}/{assignment}.ipynb")):
            try:
                found = path.stat()
                stamp = found.st_mtime_ns, found.st_ino
                if path not in self._read or self._read[path][0] != stamp:
                    written = filter(is_written, read_notebook(path).cells)
                    self._read[path] = stamp, {str(grade_id_of(cell)): cell.source for cell in written}
            except (FileNotFoundError, MalformedNotebook):
                continue
            yield path.parent.parent.name, self._read[path][1]


@dataclass
class MarkingState:
    """Everything that the server knows beside the gradebook.

    Attributes:
        folder: the course folder.
        gradebook: of the course.
        team: who marks; read anew when the folder is looked at.
        graded: the graded notebooks read so far.
        texts: the written question of each assignment that is marked; None where the course has no text of it.
    """

    folder: CourseFolder
    gradebook: CourseGradebook
    team: Team
    graded: GradedAnswers
    texts: Mapping[str, WrittenQuestion | None]

    @classmethod
    def opened(cls, folder: CourseFolder, gradebook: CourseGradebook, assignments: Sequence[str]) -> MarkingState:
        """Read a course folder, make the tables, and take in the graded answers.

        Raises:
            AutograderError: a table, a question or the gradebook cannot be used.
        """
        for assignment in assignments:
            gradebook.require_assignment(assignment)
        team = read_team(folder, assignments)
        texts = {question.assignment: _text(folder, question.assignment) for question in team.questions}
        state = cls(folder, gradebook, team, GradedAnswers(folder), texts)
        make_tables(gradebook)
        take_in(gradebook, state.graded, team)
        return state

    def look_again(self) -> None:
        """Take in changes of the course folder.

        Raises:
            AutograderError: a table or the gradebook cannot be used.
        """
        team = read_team(self.folder, list(self.texts), self.team.settings)
        if team.markers != self.team.markers:
            admit(self.gradebook, team)  # only the command makes a new marker's token, as it prints it
        take_in(self.gradebook, self.graded, team)
        self.team = team


def _text(folder: CourseFolder, assignment: str) -> WrittenQuestion | None:
    try:
        return question_for(folder, Course.installed(), assignment, room_of(read_notebook(folder.released(assignment))))
    except FileNotFoundError:
        return None


def take_in(gradebook: CourseGradebook, graded: GradedAnswers, team: Team) -> None:
    """Bring the tables of marking up to date, in one transaction.

    Args:
        gradebook: of the course.
        graded: what its folder holds.
        team: who marks.

    Raises:
        TableError: decisions.csv cannot be read.
        GradebookError: the gradebook does not take it.
    """
    if _take_in(gradebook, graded, team, settles=False):
        # A run of the grader writes scores before the notebook: while one is at work, a text may be about to change.
        with suppress(CourseFolderError), graded.folder.only_one_grader():
            _take_in(gradebook, graded, team, settles=True)


def _take_in(gradebook: CourseGradebook, graded: GradedAnswers, team: Team, *, settles: bool) -> bool:
    """Do it, and return whether there are marks left that need no second look, which is said only where it settles."""
    texts = {assignment: dict(graded.texts(assignment)) for assignment in {one.assignment for one in team.questions}}
    decisions = read_decisions(graded.folder.decisions)
    left = {(one.assignment, one.cell or one.student) for one in decisions if one.what in ("dropped", "excused")}
    unsettled = False
    with writing(gradebook) as session:
        for question in team.questions:
            _take_texts(session, question, texts[question.assignment], left)
            unsettled |= _follow_formgrader(session, question, settles=settles)
            _hand_out(session, question, team)
    return unsettled


def _take_texts(
    session: Any, question: Question, texts: Mapping[str, Mapping[str, str]], left: Set[tuple[str, str]]
) -> None:
    """Enter new answers, and new texts of known ones."""
    known = {row.student: row for row in session.execute(select(answers).where(of(question)))}
    found = set()
    for row in _grades(session, question):
        text = texts.get(row.student_id, {}).get(question.cell)
        if text is None:
            continue
        found.add(row.student_id)
        dropped = not left.isdisjoint([(question.assignment, question.cell), (question.assignment, row.student_id)])
        # nbgrader's rule: an answer that is as it was released has its points, none, and waits for nobody.
        waits = row.auto_score is None or row.manual_score is not None
        fields = {
            "grade": row.id,
            "remark": row.remark,
            "text": text,
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            "max_points": row.max_score,
            "is_open": waits and not dropped,
        }
        before = known.get(row.student_id)
        if before is None and fields["is_open"]:
            made = {"id": secrets.token_urlsafe(ID_BYTES), "student": row.student_id, **question._asdict()}
            session.execute(insert(answers).values(**made, **fields))
        elif before is not None and any(getattr(before, name) != value for name, value in fields.items()):
            session.execute(update(answers).where(answers.c.id == before.id).values(**fields))
            if before.digest != fields["digest"]:
                note(session, "grade", "handed in anew", before.id, before.text, text)
    for student, before in known.items():
        if student not in found and before.is_open:
            session.execute(update(answers).where(answers.c.id == before.id).values(is_open=False))


def _follow_formgrader(session: Any, question: Question, *, settles: bool) -> bool:
    """Take over what was marked in nbgrader's formgrader, and say of each mark whether it waits for a second look."""
    unsettled = False
    query = (
        select(answers, Grade.manual_score, Grade.needs_manual_grade, Comment.manual_comment)
        .join(Grade, Grade.id == answers.c.grade)
        .join(Comment, Comment.id == answers.c.remark)
        .where(of(question), answers.c.is_open.is_(True))
    )
    found = _marks(session, question)
    for row in session.execute(query).all():
        mark = counting(found.get(row.id, ()))
        here = None if mark is None else (mark.points, mark.comment)
        there = None if row.manual_score is None else (row.manual_score, row.manual_comment or "")
        digest = mark.digest if mark else ""
        if here != there:
            note(session, FORMGRADER, "marked" if there else "took a mark back", row.id, here, there)
            decision = and_(marks.c.answer == row.id, marks.c.role == "decided")
            session.execute(delete(marks).where(decision))
            if there is None:  # what is left, if anything, was given before: somebody should look at it
                carries = and_(marks.c.answer == row.id, marks.c.role.in_(CARRIES))
                session.execute(update(marks).where(carries).values(digest=""))
                continue
            # A person has seen the text that is there, unless the mark still waits to be looked at.
            digest = "" if row.needs_manual_grade else row.digest
            fields = {"points": there[0], "comment": there[1], "digest": digest, "at": now()}
            session.execute(insert(marks).values(answer=row.id, role="decided", marker=FORMGRADER, **fields))
        waits = digest != row.digest
        if there is None or row.needs_manual_grade == waits:
            continue
        if waits or settles:
            one = update(Grade.__table__).where(Grade.id == row.grade)
            session.execute(one.values(needs_manual_grade=waits))
        else:
            unsettled = True
    return unsettled


def _hand_out(session: Any, question: Question, team: Team) -> None:
    """Say who marks which answer, and which of them a second time; work that is done stays where it is."""
    rows = session.execute(select(answers).where(of(question), answers.c.is_open.is_(True)).order_by(answers.c.id))
    rows, found = rows.all(), _marks(session, question)
    done = {answer: {mark.role: mark.marker for mark in given} for answer, given in found.items()}
    # Whoever has marked keeps it; what the instructor has decided alone needs nobody else.
    alone = {answer for answer, by in done.items() if "decided" in by}
    mine = [row for row in rows if row.id not in alone or not {"first", "second"}.isdisjoint(done.get(row.id, ()))]
    first = split(
        {row.id: team.eligible(question, row.student) for row in mine},
        {row.id: row.first for row in mine if row.first},
        {row.id for row in mine if "first" in done.get(row.id, ())},
    )
    seconds = {row.id: row.second for row in mine if row.second}
    fixed = {answer for answer in seconds if "second" in done.get(answer, ())}
    students = {row.id: row.student for row in mine}
    able = {answer: team.eligible_second(question, students[answer], who) for answer, who in first.items()}
    able = {answer: who for answer, who in able.items() if who or answer in fixed}
    chosen = sample({answer: first[answer] for answer in able}, team.settings.double_percent, seconds, fixed)
    second = split({answer: able[answer] for answer in chosen}, seconds, fixed)
    for row in rows:
        now_first, now_second = first.get(row.id), second.get(row.id)
        if (row.first, row.second) != (now_first, now_second):
            session.execute(update(answers).where(answers.c.id == row.id).values(first=now_first, second=now_second))
            note(session, INSTRUCTOR, HANDED_OUT, row.id, [row.first, row.second], [now_first, now_second])


def _marks(session: Any, question: Question) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for mark in session.execute(select(marks).join(answers, answers.c.id == marks.c.answer).where(of(question))):
        found.setdefault(mark.answer, []).append(mark)
    return found


def _grades(session: Any, question: Question) -> Any:
    """Return nbgrader's grades of a question, each with the id of its comment."""
    commented = aliased(BaseCell)  # nbgrader has a written answer twice: as the cell with points, and as the solution
    fields = (SubmittedAssignment.student_id, Grade.id, Grade.auto_score, Grade.manual_score, GradeCell.max_score)
    return session.execute(
        select(*fields, Comment.id.label("remark"))
        .select_from(Grade)
        .join(GradeCell, Grade.cell_id == GradeCell.id)
        .join(Comment, Comment.notebook_id == Grade.notebook_id)
        .join(commented, and_(Comment.cell_id == commented.id, commented.name == question.cell))
        .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        .where(Assignment.name == question.assignment, GradeCell.name == question.cell)
    ).all()
