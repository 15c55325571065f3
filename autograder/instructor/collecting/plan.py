"""What collecting a download would do. Pure: it reads nothing and writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.matching import Directory
from autograder.instructor.collecting.whose import owners_of
from autograder.instructor.course.attempts import Attempt
from autograder.instructor.course.due_dates import seconds_late
from autograder.instructor.course.roster import Student

Action = Literal["new", "newer", "other attempt", "as it is", "blocked", "no such attempt"]
WRITES: frozenset[Action] = frozenset({"new", "newer", "other attempt"})
Work = tuple[str, str]  # a student's id and an assignment's


@dataclass(frozen=True)
class Found:
    """A file of a download, read.

    Attributes:
        handed_in: what its system says of it.
        assignment: that it is of; empty where it is none of the course's.
        digest: of its content, SHA-256 in hex; empty where it was not read.
        note: why it is none, or what is odd about it; or empty.
    """

    handed_in: DownloadedFile
    assignment: str
    digest: str
    note: str


@dataclass(frozen=True)
class Submitted:
    """What lies in ``submitted/STUDENT/ASSIGNMENT/``.

    Attributes:
        digest: of the notebook that would be graded; empty where there is none.
        stamp: the text of timestamp.txt; empty where there is none.
    """

    digest: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class Planned:
    """What happens to one student's work.

    Attributes:
        student: whose it is.
        assignment: its id.
        attempts: all that are known, the first first.
        chosen: the one that is to be graded; None where there is no such attempt.
        matched_by: the kind of the clue that said whose it is, and where students choose it, whether it is proved.
        seconds_late: by the due date, 0 where it is in time or nothing says when it came.
        action: what is written.
        note: what is odd about the chosen one; or empty.
        doubt: what speaks against its time; or empty.
        there: what lies in its place now.
        learned: whether an attempt, or its time, was not known before.
    """

    student: Student
    assignment: str
    attempts: tuple[Attempt, ...]
    chosen: Attempt | None
    matched_by: str
    seconds_late: float
    action: Action
    note: str
    doubt: str
    there: Submitted
    learned: bool

    @property
    def late_since_unknown(self) -> bool:
        """Whether the system says that it is late, and nothing says by how much."""
        written_by_hand = self.action == "as it is" and self.there.stamp
        return bool(self.chosen and self.chosen.late and not self.chosen.when and not written_by_hand)


@dataclass(frozen=True)
class LeftOut:
    """A file that is not collected.

    Attributes:
        path: in the download.
        reason: why.
        matters: whether it may be somebody's work, and not just something that lay beside it.
        stranger: whether it is a notebook of the course, of somebody who is not found in the class.
    """

    path: str
    reason: str
    matters: bool
    stranger: bool = False


@dataclass(frozen=True)
class Plan:
    """What collecting would do.

    Attributes:
        planned: by assignment and student.
        left_out: in the order of the download.
        absent: the students of whom there is nothing, by assignment.
    """

    planned: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    absent: Mapping[str, tuple[Student, ...]] = field(default_factory=dict)

    @property
    def to_write(self) -> list[Planned]:
        """What is written: into submitted/, or at least new attempts into collected/."""
        return [planned for planned in self.planned if planned.learned or planned.action in WRITES]

    @property
    def complete(self) -> bool:
        """Whether everything that may be somebody's work is collected."""
        unplaced = any(planned.action in ("blocked", "no such attempt") for planned in self.planned)
        return not unplaced and not any(file.matters for file in self.left_out)


@dataclass(frozen=True)
class Situation:
    """What a plan depends on beside the download.

    Attributes:
        students: the class.
        kept: the attempts that are kept, by student and assignment.
        submitted: what lies there, by student and assignment.
        due: when each assignment is due, with a time zone.
        now: with a time zone.
    """

    students: Sequence[Student]
    kept: Mapping[Work, tuple[Attempt, ...]]
    submitted: Mapping[Work, Submitted]
    due: Mapping[str, datetime]
    now: datetime


def make_plan(
    files: Iterable[Found], situation: Situation, *, only: str | None = None, choice: str = "last", force: bool = False
) -> Plan:
    """Return what collecting some files would do.

    Args:
        files: of the download.
        situation: of the course folder.
        only: this assignment; None for all that occur.
        choice: of the attempts: ``first``, ``last`` or a number.
        force: replace also what was not collected.
    """
    directory = Directory(situation.students)
    theirs: dict[Work, list[tuple[Found, Student, str]]] = defaultdict(list)
    left_out = []
    for file in files:
        reason, matters, stranger = file.note, bool(file.handed_in.entry.refused), False
        if file.assignment and only not in (None, file.assignment):
            reason, matters = f"it is a notebook of {file.assignment}", False
        elif file.assignment:
            matches = owners_of(file.handed_in, directory)
            for match in matches:
                if match.student:
                    theirs[match.student.id, file.assignment].append((file, match.student, match.by))
            reason, matters = "; ".join(match.reason for match in matches if not match.student), True
            stranger = any(match.stranger for match in matches)
            if not reason:
                continue
        left_out.append(LeftOut(file.handed_in.entry.name, reason, matters, stranger))
    planned = tuple(
        _planned(found, situation, assignment, choice, force=force)
        for (_, assignment), found in sorted(theirs.items(), key=lambda item: (item[0][1], item[0][0]))
    )
    assignments = [only] if only else list(dict.fromkeys(work.assignment for work in planned))
    absent = {name: _absent(name, situation, theirs) for name in assignments}
    return Plan(planned, tuple(left_out), absent)


def _absent(assignment: str, situation: Situation, theirs: Mapping[Work, object]) -> tuple[Student, ...]:
    return tuple(
        student
        for student in situation.students
        if (work := (student.id, assignment)) not in theirs
        and not situation.kept.get(work)
        and not situation.submitted.get(work, Submitted()).digest
    )


def _planned(
    found: Sequence[tuple[Found, Student, str]], situation: Situation, assignment: str, choice: str, *, force: bool
) -> Planned:
    student = found[0][1]
    work = (student.id, assignment)
    before = situation.kept.get(work, ())
    attempts = with_new(before, [file for file, *_ in found], situation.now)
    chosen = chosen_of(attempts, choice)
    lies_there = situation.submitted.get(work, Submitted())
    of_chosen = [
        (file, by)
        for file, _, by in found
        if chosen and file.digest == chosen.digest and file.handed_in.when in (chosen.when, None)
    ]
    file, by = of_chosen[0] if of_chosen else (found[-1][0], found[-1][2])
    return Planned(
        student,
        assignment,
        attempts,
        chosen,
        by,
        seconds_late(chosen.when, situation.due.get(assignment)) if chosen else 0.0,
        action_for(chosen, attempts, lies_there, force=force),
        file.note if of_chosen else "",
        file.handed_in.doubt if of_chosen else "",
        lies_there,
        attempts != before,
    )


def with_new(before: Sequence[Attempt], files: Iterable[Found], now: datetime) -> tuple[Attempt, ...]:
    """Return the attempts with those of a download that are not among them, in the order of time.

    Where nothing says when something was handed in, that was before it was first met; the system's numbers, and then
    the time of the file, order what was met together.
    """
    attempts = list(before)
    for file in sorted(files, key=_order):
        handed_in = file.handed_in
        path, system = handed_in.entry.name, handed_in.system
        new = Attempt(0, file.digest, handed_in.when, handed_in.late, now, path, system, handed_in.proved)
        at = next((at for at, other in enumerate(attempts) if new.same_as(other)), None)
        if at is None:
            last = max((other.number for other in attempts), default=0)
            attempts.append(replace(new, number=max(last + 1, handed_in.number or 0)))
        elif attempts[at].when is None or new.proved:  # met again, and now it is known, or proved, when that was
            attempts[at] = replace(attempts[at], when=new.when, proved=new.proved)
    return tuple(attempts)


def _order(file: Found) -> tuple[float, int, int, float, str]:
    handed_in = file.handed_in
    when = handed_in.when.timestamp() if handed_in.when else 0.0
    return when, handed_in.upload, handed_in.number or 0, handed_in.entry.modified, handed_in.entry.name


def chosen_of(attempts: Sequence[Attempt], choice: str) -> Attempt | None:
    """Return the attempt that is to be graded: ``first``, ``last`` or one by its number."""
    in_time = sorted(attempts, key=lambda attempt: (attempt.when or attempt.collected, attempt.number))
    if choice in ("first", "last"):
        return in_time[0 if choice == "first" else -1]
    return next((attempt for attempt in attempts if str(attempt.number) == choice), None)


def action_for(chosen: Attempt | None, attempts: Sequence[Attempt], there: Submitted, *, force: bool) -> Action:
    """Return what is to be done with the chosen attempt, where something may lie in its place."""
    if chosen is None:
        return "no such attempt"
    ours = {attempt.digest for attempt in attempts}
    stamps = {attempt.stamp for attempt in attempts} | {""}
    if there.digest == chosen.digest and (there.stamp == chosen.stamp or there.stamp not in stamps or not chosen.stamp):
        return "as it is"
    if not there.digest and not there.stamp:
        return "new"
    if not force and (there.digest not in ours or there.stamp not in stamps):
        return "blocked"
    was = next((attempt for attempt in attempts if attempt.digest == there.digest), None)
    return "newer" if was is None or was.number <= chosen.number else "other attempt"
