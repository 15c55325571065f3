"""State of the marking server: it follows the course folder, and gives answers to markers."""

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import update

from autograder.course import Course
from autograder.instructor.class_facts import facts_of, update_gradebook
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.grading_records import GradingRecords
from autograder.instructor.course.written_questions import WrittenQuestion, question_for
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.hand_marks import HANDED_OUT, answers, note
from autograder.instructor.marking.access import follow_table
from autograder.instructor.marking.queries import open_answers
from autograder.instructor.marking.team import INSTRUCTOR, QuestionKey, Team, read_team
from autograder.instructor.marks import Facts
from autograder.notebooks.graft import read_notebook, room_of


@dataclass
class MarkingState:
    """Everything that the server knows beside the gradebook; ``texts`` has the written questions, or None."""

    folder: CourseFolder
    gradebook: CourseGradebook
    team: Team
    records: GradingRecords
    texts: Mapping[str, WrittenQuestion | None]
    facts: Facts

    @classmethod
    def opened(cls, folder: CourseFolder, gradebook: CourseGradebook, assignments: Sequence[str]) -> Self:
        """Read a course folder, take in the graded answers, and hand them out, or raise AutograderError."""
        for assignment in assignments:
            gradebook.require_assignment(assignment)
        team, records = read_team(folder, assignments), GradingRecords(folder)
        texts = _texts(folder, team)
        facts = update_gradebook(folder, Course.installed(), gradebook, records)
        hand_out(gradebook, team)
        return cls(folder, gradebook, team, records, texts, facts)

    def look_again(self) -> None:
        """Take in changes of the course folder, and marks typed in the formgrader, or raise AutograderError."""
        team = read_team(self.folder, list(self.texts), self.team.settings)
        if team.markers != self.team.markers:
            with self.gradebook.writing() as rows:
                follow_table(rows.db, team)  # only the command makes a new marker's token, as it prints it
        with self.gradebook.open() as rows:
            facts = facts_of(self.folder, Course.installed(), rows, self.records)
        if facts != self.facts:  # nobody who saves a mark has to wait for nothing
            self.facts = update_gradebook(self.folder, Course.installed(), self.gradebook, self.records)
        hand_out(self.gradebook, team)
        self.team = team
        self.texts = _texts(self.folder, team)  # a rubric is refined while it is used


def _texts(folder: CourseFolder, team: Team) -> dict[str, WrittenQuestion | None]:
    return {question.assignment: _text(folder, question.assignment) for question in team.questions}


def _text(folder: CourseFolder, assignment: str) -> WrittenQuestion | None:
    try:
        return question_for(folder, Course.installed(), assignment, room_of(read_notebook(folder.released(assignment))))
    except FileNotFoundError:
        return None


def hand_out(gradebook: CourseGradebook, team: Team) -> None:
    """Give each answer to its markers, or raise GradebookError."""
    with gradebook.writing() as rows:
        for question in team.questions:
            _hand_out(rows.db, question, team)


def _hand_out(session: Any, question: QuestionKey, team: Team) -> None:
    """Give each answer to a first marker, and a sample to a second; marked work stays where it is."""
    rows, by_answer = open_answers(session, question, answers.c.student)
    done = {
        answer: {mark.role: mark.marker for mark in given if mark.points is not None}
        for answer, given in by_answer.items()
    }
    # A marker keeps a marked answer; one on which the instructor alone has decided needs no marker.
    for_markers = [row for row in rows if set(done.get(row.id, ())) != {"decided"}]
    seconds = {row.id: row.second for row in for_markers if row.second}
    fixed = {answer for answer in seconds if "second" in done.get(answer, ())}
    able = {row.id: team.eligible(question, row.student) for row in for_markers}
    # Whoever has given the second mark gives the first, too, only if no others are left.
    others = {answer: who for answer in fixed if (who := able[answer] - {seconds[answer]})}
    first = split(
        able | others,
        {row.id: row.first for row in for_markers if row.first},
        {row.id for row in for_markers if "first" in done.get(row.id, ())},
    )
    students = {row.id: row.student for row in for_markers}
    able = {answer: team.eligible_second(question, students[answer], who) for answer, who in first.items()}
    able = {answer: who for answer, who in able.items() if who or answer in fixed}
    chosen = sample({answer: first[answer] for answer in able}, team.settings.double_percent, seconds, fixed)
    second = split({answer: able[answer] for answer in chosen}, seconds, fixed)
    for row in rows:
        now_first, now_second = first.get(row.id), second.get(row.id)
        if (row.first, row.second) != (now_first, now_second):
            session.execute(update(answers).where(answers.c.id == row.id).values(first=now_first, second=now_second))
            note(session, INSTRUCTOR, HANDED_OUT, row.id, [row.first, row.second], [now_first, now_second])


def split(
    eligible: Mapping[str, frozenset[str]], before: Mapping[str, str], fixed: Collection[str] = ()
) -> dict[str, str]:
    """Give each answer to one marker, as evenly as the markers' questions and sections allow.

    Args:
        eligible: the answers by id, in order, each with those who may mark it; answers that nobody may mark are left
            out.
        before: who has it; kept unless it is not allowed, or the balance asks for a move.
        fixed: answers that stay where they are, as they are marked.
    """
    given = {
        answer: before[answer]
        for answer, able in eligible.items()
        if answer in before and (answer in fixed or before[answer] in able)
    }
    loads = Counter(given.values())

    def least_loaded(answer: str) -> str:
        return min(eligible[answer], key=lambda name: (loads[name], name))

    for answer, able in eligible.items():
        if answer not in given and able:
            given[answer] = least_loaded(answer)
            loads[given[answer]] += 1
    movable = [answer for answer in given if answer not in fixed]
    has_moved = True
    while has_moved:
        has_moved = False
        for answer in movable:
            marker = least_loaded(answer)
            if loads[given[answer]] - loads[marker] >= 2:
                loads[given[answer]] -= 1
                loads[marker] += 1
                given[answer], has_moved = marker, True
    return given


def sample(first: Mapping[str, str], percent: float, chosen: Collection[str], fixed: Collection[str]) -> list[str]:
    """Return the answers that two people mark: the percentage, rounded up, and of everybody's equally many.

    Args:
        first: the answers to one question by id, each with who marks it first.
        percent: of them, from 0 to 100.
        chosen: those of before; they stay as long as the number allows it.
        fixed: those that stay in any case, as somebody has marked them a second time.
    """
    number = max(math.ceil(len(first) * percent / 100 - 1e-9), len(first.keys() & set(fixed)))

    def turn(answer: str) -> tuple[bool, bool, str]:
        return answer not in fixed, answer not in chosen, hashlib.sha256(answer.encode()).hexdigest()

    place, before = dict[str, int](), Counter[str]()
    for answer in sorted(first, key=turn):  # one of each marker's, then a second one of each, …
        place[answer] = before[first[answer]]
        before[first[answer]] += 1
    return sorted(first, key=lambda answer: (*turn(answer)[:2], place[answer], turn(answer)))[:number]
