"""What collecting a download would do. Pure: it reads nothing and writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from autograder.instructor.collecting.given import SYSTEM as BY_HAND
from autograder.instructor.collecting.given import with_given_time, would_tell
from autograder.instructor.collecting.planned import (
    Action,
    ExcludedFile,
    PlacedWork,
    Plan,
    RecognisedFile,
    Situation,
    SubmissionPlan,
    WrongFileType,
)
from autograder.instructor.collecting.whose import owners_of
from autograder.instructor.course.attempts import Attempt
from autograder.instructor.course.due_dates import seconds_late
from autograder.instructor.course.extensions import Work
from autograder.instructor.course.matching import Directory, Match
from autograder.instructor.course.roster import Student
from autograder.receipts import PACKED


def make_plan(
    files: Iterable[RecognisedFile],
    situation: Situation,
    *,
    only: str | None = None,
    choice: str = "last",
    force: bool = False,
) -> Plan:
    """Return what collecting some files would do.

    Args:
        files: of the download.
        situation: of the course folder.
        only: this assignment; None for all that occur.
        choice: of the attempts: ``first``, ``last`` or a number.
        force: replace also what was not collected.
    """
    files, directory, by_hand = list(files), Directory(situation.students), _by_hand(situation)
    theirs: dict[Work, list[tuple[RecognisedFile, Student, str]]] = defaultdict(list)
    left_out, no_notebooks = list[ExcludedFile](), list[tuple[int, RecognisedFile, Sequence[Match]]]()
    for file, matches in zip(files, owners_of([file.handed_in for file in files], directory), strict=True):
        reason, matters, stranger, several = file.note, bool(file.handed_in.entry.refused), False, False
        if file.assignment and only not in (None, file.assignment):
            reason, matters = f"it is a notebook of {file.assignment}", False
        elif file.assignment:
            for match in matches:
                if match.student:
                    own = replace(file, handed_in=with_given_time(file.handed_in, match.student, situation.times))
                    theirs[match.student.id, file.assignment].append((own, match.student, match.by))
            reason, matters = "; ".join(match.reason for match in matches if not match.student), True
            stranger, several = (any(getattr(match, what) for match in matches) for what in ("stranger", "several"))
            if not reason:
                continue
            if settled := by_hand[file.assignment, file.digest]:
                reason, matters = f"collected by hand for {settled.pop(0).id_and_name}", False
                stranger = several = False
        else:
            no_notebooks.append((len(left_out), file, matches))
        tells = several and would_tell(file.handed_in)
        left_out.append(ExcludedFile(file.handed_in.entry.name, reason, matters, stranger, several, tells))
    planned = tuple(
        _planned(found, situation, assignment, choice, force=force)
        for (_, assignment), found in sorted(theirs.items(), key=lambda item: (item[0][1], item[0][0]))
    )
    assignments = [only] if only else list(dict.fromkeys(work.assignment for work in planned))
    absent = {name: _absent(name, situation, theirs) for name in assignments}
    about = assignments[0] if len(assignments) == 1 else ""
    without = {student.id for name in assignments for student in absent[name]} if assignments else None
    instead: dict[str, WrongFileType] = {}
    for at, file, whose in no_notebooks:
        for student in filter(None, (match.student for match in whose)):
            if student.id not in instead and (without is None or student.id in without):
                name = file.handed_in.entry.name.rpartition("/")[2]
                why = f": {file.note}" if left_out[at].matters else ""
                reason = f"{student.id_and_name} handed in {name}, and no notebook{why}"
                left_out[at] = replace(left_out[at], reason=reason, matters=True)
                instead[student.id] = WrongFileType(student, about, name)
    absent = {name: tuple(one for one in who if one.id not in instead) for name, who in absent.items()}
    return Plan(planned, tuple(left_out), absent, tuple(instead.values()))


def _by_hand(situation: Situation) -> dict[tuple[str, str], list[Student]]:
    """Return for whom the instructor has collected what, by assignment and digest."""
    found: dict[tuple[str, str], list[Student]] = defaultdict(list)
    students = {student.id: student for student in situation.students}
    for (student, assignment), attempts in situation.kept.items():
        for digest in {attempt.digest for attempt in attempts if attempt.system == BY_HAND}:
            found[assignment, digest].append(students[student])
    return found


def _absent(assignment: str, situation: Situation, theirs: Mapping[Work, object]) -> tuple[Student, ...]:
    return tuple(
        student
        for student in situation.students
        if (work := (student.id, assignment)) not in theirs
        and not situation.kept.get(work)
        and not situation.submitted.get(work, PlacedWork()).digest
    )


def _planned(
    found: Sequence[tuple[RecognisedFile, Student, str]],
    situation: Situation,
    assignment: str,
    choice: str,
    *,
    force: bool,
) -> SubmissionPlan:
    student = found[0][1]
    work = (student.id, assignment)
    before = situation.kept.get(work, ())
    attempts = with_new(before, [file for file, *_ in found], situation.now)
    chosen = chosen_of(attempts, choice)
    due = situation.own_due.get(work, situation.due.get(assignment))
    lies_there = situation.submitted.get(work, PlacedWork())
    of_chosen = [
        (file, by)
        for file, _, by in found
        if chosen and file.digest == chosen.digest and file.handed_in.when in (chosen.when, None)
    ]
    file, by = of_chosen[0] if of_chosen else (found[-1][0], found[-1][2])
    action = action_for(chosen, attempts, lies_there, force=force)
    if action == "as it is" and file.handed_in.said and chosen and lies_there.stamp != chosen.stamp:
        action = "newer"  # a time that was written there before, and is corrected
    return SubmissionPlan(
        student,
        assignment,
        attempts,
        chosen,
        by,
        seconds_late(chosen.when, due) if chosen else 0.0,
        action,
        file.note if of_chosen else "",
        file.handed_in.doubt if of_chosen else "",
        lies_there,
        attempts != before,
    )


def with_new(before: Sequence[Attempt], files: Iterable[RecognisedFile], now: datetime) -> tuple[Attempt, ...]:
    """Return the attempts with those of a download that are not among them, in the order of time.

    Where nothing says when something was handed in, that was before it was first met; the system's numbers, and then
    the time of the file, order what was met together.
    """
    attempts = list(before)
    for file in sorted(files, key=_order):
        handed_in = file.handed_in
        path, system = handed_in.entry.name, handed_in.system
        new = Attempt(0, file.digest, handed_in.when, handed_in.late, now, path, system, handed_in.proved)
        said = handed_in.said  # then the instructor's word stands
        same = [at for at, one in enumerate(attempts) if new.same_as(one) or (said and new.digest == one.digest)]
        if not same:
            last = max((other.number for other in attempts), default=0)
            attempts.append(replace(new, number=max(last + 1, handed_in.number or 0)))
        elif attempts[same[0]].when is None or new.proved or said:  # met again, and now it is known, or proved
            attempts[same[0]] = replace(attempts[same[0]], when=new.when, proved=new.proved)
    return tuple(attempts)


def _order(file: RecognisedFile) -> tuple[float, int, int, bool, float, str]:
    handed_in, entry = file.handed_in, file.handed_in.entry
    when = handed_in.when.timestamp() if handed_in.when else 0.0
    # Where a whole folder is handed in, the notebook may have gone on since `hand_in()` packed a copy of it.
    is_live = PACKED not in entry.parts[:-1]
    return when, handed_in.upload, handed_in.number or 0, is_live, entry.modified, entry.name


def chosen_of(attempts: Sequence[Attempt], choice: str) -> Attempt | None:
    """Return the attempt that is to be graded: ``first``, ``last`` or one by its number."""
    in_time = sorted(attempts, key=lambda attempt: (attempt.when or attempt.collected, attempt.number))
    if choice in ("first", "last"):
        return in_time[0 if choice == "first" else -1]
    return next((attempt for attempt in attempts if str(attempt.number) == choice), None)


def action_for(chosen: Attempt | None, attempts: Sequence[Attempt], there: PlacedWork, *, force: bool) -> Action:
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
