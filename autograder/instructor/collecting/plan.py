"""Plan a collection: the work to submit, the files to leave out, the absent students. No file is read or written."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from autograder.instructor.collecting.downloaded import BY_HAND, DownloadedFile
from autograder.instructor.collecting.owners import owners_of
from autograder.instructor.course.directory import Directory, Match
from autograder.instructor.course.due_dates import Work
from autograder.instructor.course.records import CLAIMED, ENTERED, Attempt
from autograder.instructor.course.roster import Student
from autograder.receipts import PACKED

MatchedFiles = Sequence[tuple[DownloadedFile, Sequence[Match]]]  # each with the search for each owner
OwnFiles = Sequence[tuple[DownloadedFile, str]]  # one student's, each with the kind of the clue that decided
Action = Literal["new", "newer", "as it is", "blocked"]
WRITES: frozenset[Action] = frozenset({"new", "newer"})


@dataclass(frozen=True)
class PlacedWork:
    """The digest of the notebook in ``submitted/STUDENT/ASSIGNMENT/`` and the text of its timestamp.txt, if any."""

    digest: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class Situation:
    """The facts that a plan depends on, besides the download. All times have a time zone."""

    students: Sequence[Student]
    kept: Mapping[Work, tuple[Attempt, ...]]  # the attempts in ``collected/``
    submitted: Mapping[Work, PlacedWork]  # the files in ``submitted/``
    now: datetime
    times: Mapping[str, datetime] = field(default_factory=dict)  # of handing in, as the instructor says, by student

    def placed(self, work: Work) -> PlacedWork:
        return self.submitted.get(work, PlacedWork())


@dataclass(frozen=True)
class SubmissionPlan:
    """The plan for one student's work."""

    student: Student
    assignment: str
    attempts: tuple[Attempt, ...]
    chosen: Attempt  # the attempt to be graded, the last
    matched_by: str  # the kind of the clue that decided whose it is; where students choose it, also if it is proved
    action: Action
    note: str  # the oddity of the chosen attempt, or empty
    placed: PlacedWork
    learned: bool  # whether an attempt, or its time, is new

    @property
    def late_since_unknown(self) -> bool:
        """Whether the system calls it late without saying by how much."""
        written_by_hand = self.action == "as it is" and self.placed.stamp
        return bool(self.chosen.late and not self.chosen.when and not written_by_hand)


@dataclass(frozen=True)
class ExcludedFile:
    """A file of the download that is not collected."""

    file: DownloadedFile
    reason: str
    matters: bool  # whether it can be a student's work, and not just a file beside it
    unmatched: tuple[Match, ...] = ()  # the searches in the class that found nobody, for a notebook of the course
    instead: bool = False  # whether its students handed in no notebook, and this file first

    @property
    def path(self) -> str:
        return self.file.entry.name


@dataclass(frozen=True)
class Plan:
    """The plan for a download."""

    submissions: tuple[SubmissionPlan, ...]
    excluded: tuple[ExcludedFile, ...]
    missing: Mapping[str, tuple[Student, ...]]  # the students without a notebook, by assignment

    @property
    def to_write(self) -> list[SubmissionPlan]:
        """The work that is written: into submitted/, or at least new attempts into collected/."""
        return [submission for submission in self.submissions if submission.learned or submission.action in WRITES]

    @property
    def complete(self) -> bool:
        """Whether every file that can be a student's work is collected."""
        unplaced = any(submission.action == "blocked" for submission in self.submissions)
        return not unplaced and not any(file.matters for file in self.excluded)


def make_plan(
    files: Iterable[DownloadedFile], situation: Situation, *, only: str | None = None, force: bool = False
) -> Plan:
    """Plan the collection of a download's files: of one assignment only, or of all that occur.

    The last attempt is to be graded; force replaces also files that were not collected.
    """
    files = list(files)
    owners = owners_of(files, Directory(situation.students))
    matched = list(zip(files, owners, strict=True))
    works = _files_by_work(matched, situation, only)
    students = {student.id: student for student in situation.students}
    submissions = tuple(
        _submission_plan(students[student], assignment, works[student, assignment], situation, force=force)
        for student, assignment in sorted(works, key=lambda work: (work[1], work[0]))
    )
    assignments = [only] if only else list(dict.fromkeys(submission.assignment for submission in submissions))
    missing = {name: _missing(name, situation, works) for name in assignments}
    awaited = [student for students in missing.values() for student in students] if assignments else situation.students
    excluded = _excluded(matched, situation, {student.id for student in awaited}, only)
    return Plan(submissions, tuple(excluded), missing)


def _files_by_work(matched: MatchedFiles, situation: Situation, only: str | None) -> Mapping[Work, OwnFiles]:
    works: dict[Work, list[tuple[DownloadedFile, str]]] = defaultdict(list)
    for file, matches in matched:
        if not file.assignment or only not in (None, file.assignment):
            continue
        for match in matches:
            if match.student:
                timed, when = file, situation.times.get(match.student.id)
                if when and not file.when:  # the instructor's word counts where the system says nothing
                    timed = replace(file, when=when, standing=ENTERED)
                works[match.student.id, file.assignment].append((timed, match.by))
    return works


def _missing(assignment: str, situation: Situation, works: Container[Work]) -> tuple[Student, ...]:
    """Return the students without a notebook in the download, in ``collected/`` or in ``submitted/``."""
    return tuple(
        student
        for student in situation.students
        if (work := (student.id, assignment)) not in works
        and not situation.kept.get(work)
        and not situation.placed(work).digest
    )


def _excluded(matched: MatchedFiles, situation: Situation, awaited: set[str], only: str | None) -> list[ExcludedFile]:
    """Return the files that are not collected. Students without a notebook are awaited; each is named with one file."""
    by_hand = _collected_by_hand(situation)
    excluded: list[ExcludedFile] = []
    for file, matches in matched:
        unmatched = tuple(match for match in matches if not match.student)
        if not file.assignment:
            owners = [match.student for match in matches if match.student]
            excluded.append(_no_notebook(file, [owner.id_and_name for owner in owners if owner.id in awaited]))
            awaited = awaited - {owner.id for owner in owners}
        elif only not in (None, file.assignment):
            excluded.append(ExcludedFile(file, f"it is a notebook of {file.assignment}", matters=False))
        elif unmatched and (students_by_hand := by_hand[file.assignment, file.digest]):
            reason = f"collected by hand for {students_by_hand.pop(0).id_and_name}"
            excluded.append(ExcludedFile(file, reason, matters=False))
        elif unmatched:
            reason = "; ".join(match.reason for match in unmatched)
            excluded.append(ExcludedFile(file, reason, matters=True, unmatched=unmatched))
    return excluded


def _no_notebook(file: DownloadedFile, senders: Sequence[str]) -> ExcludedFile:
    is_refused = bool(file.entry.refused)
    if not senders:
        return ExcludedFile(file, file.note, matters=is_refused)
    what = "which has no cell of this course" if file.name.endswith(".ipynb") else "and no notebook"
    reason = f"{' and '.join(senders)} handed in {file.name}, {what}" + (f": {file.note}" if is_refused else "")
    return ExcludedFile(file, reason, matters=True, instead=True)


def _collected_by_hand(situation: Situation) -> dict[tuple[str, str], list[Student]]:
    """Return the students for whom the instructor has collected a file, by its assignment and digest."""
    by_hand: dict[tuple[str, str], list[Student]] = defaultdict(list)
    students = {student.id: student for student in situation.students}
    for (student, assignment), attempts in situation.kept.items():
        for digest in {attempt.digest for attempt in attempts if attempt.system == BY_HAND}:
            by_hand[assignment, digest].append(students[student])
    return by_hand


def _submission_plan(
    student: Student, assignment: str, files: OwnFiles, situation: Situation, *, force: bool
) -> SubmissionPlan:
    work = (student.id, assignment)
    before, placed = situation.kept.get(work, ()), situation.placed(work)
    attempts = with_new(before, [file for file, _ in files], situation.now)
    chosen = last_of(attempts)
    of_chosen = [
        (file, matched_by)
        for file, matched_by in files
        if file.digest == chosen.digest and file.when in (chosen.when, None)
    ]
    file, matched_by = of_chosen[0] if of_chosen else files[-1]
    action = action_for(chosen, attempts, placed, force=force)
    if action == "as it is" and file.standing == ENTERED and placed.stamp != chosen.stamp:
        action = "newer"  # a time that was written there before, and is corrected
    return SubmissionPlan(
        student,
        assignment,
        attempts,
        chosen,
        matched_by,
        action,
        note=file.note if of_chosen else "",
        placed=placed,
        learned=attempts != before,
    )


def with_new(before: Sequence[Attempt], files: Iterable[DownloadedFile], now: datetime) -> tuple[Attempt, ...]:
    """Return the attempts and the new ones of a download, in the order of time.

    A file of unknown time was handed in before it was first met; the system's numbers, and then the time of the file,
    order the files of one download.
    """
    attempts = list(before)
    for file in sorted(files, key=_order):
        corrects = file.standing == ENTERED  # then the instructor's word stands
        path, facts = file.entry.name, (file.system, file.standing, file.upload)
        new = Attempt(0, file.digest, file.when, file.late, now, path, *facts)
        olds = [replace(old, when=None) if corrects else old for old in attempts]
        known = [at for at, old in enumerate(olds) if new.same_as(old)]
        if not known:
            last = max((attempt.number for attempt in attempts), default=0)
            attempts.append(replace(new, number=last + 1))
        elif attempts[known[0]].when is None or new.standing != CLAIMED:  # its time is known now, or proved
            attempts[known[0]] = replace(attempts[known[0]], when=new.when, standing=new.standing)
    return tuple(attempts)


def _order(file: DownloadedFile) -> tuple[float, int, bool, float, str]:
    when = file.when.timestamp() if file.when else 0.0
    # Where a whole folder is handed in, the notebook can be newer than the copy of it that `hand_in()` packed.
    is_live = PACKED not in file.entry.parts[:-1]
    return when, file.upload, is_live, file.entry.modified, file.entry.name


def last_of(attempts: Sequence[Attempt]) -> Attempt:
    """Return the attempt to be graded.

    A file of unknown time counts as handed in when it was collected. What the instructor collects by hand then takes
    its place, also with an earlier time: it is there to replace it. The uploads of one system are in its own order.
    """
    is_timed = all(attempt.when for attempt in attempts)
    is_numbered = len({attempt.system for attempt in attempts}) == 1 and all(attempt.upload for attempt in attempts)

    def order(attempt: Attempt) -> tuple[int, datetime, int]:
        when = attempt.when if is_timed or attempt.system != BY_HAND else None
        upload = attempt.upload if is_numbered and not is_timed else 0
        return upload, when or attempt.collected, attempt.number

    return max(attempts, key=order)


def action_for(chosen: Attempt, attempts: Sequence[Attempt], placed: PlacedWork, *, force: bool) -> Action:
    """Return the action for the chosen attempt, given the files in its place."""
    collected = {attempt.digest for attempt in attempts}
    stamps = {attempt.stamp for attempt in attempts} | {""}
    is_stamped = placed.stamp == chosen.stamp or placed.stamp not in stamps or not chosen.stamp
    if placed.digest == chosen.digest and is_stamped:
        return "as it is"
    if not placed.digest and not placed.stamp:
        return "new"
    if not force and (placed.digest not in collected or placed.stamp not in stamps):
        return "blocked"
    return "newer"
