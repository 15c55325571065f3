"""Show a plan before anything is written: as a table and lines for the instructor, as JSON for a script."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from autograder.errors import plain
from autograder.instructor.collecting.collect import Collection
from autograder.instructor.collecting.owners import BY_NAME_ALONE
from autograder.instructor.collecting.plan import SubmissionPlan
from autograder.instructor.collecting.systems.moodle import lacks_worksheet
from autograder.instructor.course.attempts import CLAIMED, ENTERED
from autograder.instructor.course.due_dates import duration

COLUMNS = ("student", "name", "assignment", "file", "when", "attempt", "receipt", "late", "matched by", "what happens")
MOST_LINES = 20
BY_HAND = "autograder collect FILE ASSIGNMENT --student ID"
NAME_ALONE = "name alone"
IN_WORDS = {
    "blocked": "not written: another file is there, --force replaces it and keeps a copy",
    "no such attempt": "not written: there is no such attempt",
}


def table(collection: Collection) -> Table:
    """Return a line for each student's work."""
    rows = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        rows.add_column(column, overflow="fold")
    for submission in collection.plan.submissions:
        cells = _cells(submission, collection.situation.due.get(submission.assignment))
        rows.add_row(*(Text(plain(cell)) for cell in cells))
    return rows


def _cells(submission: SubmissionPlan, due: datetime | None) -> tuple[str, ...]:
    student, chosen = submission.student, submission.chosen
    whose = (student.id, student.full_name, submission.assignment)
    action = IN_WORDS.get(submission.action, submission.action)
    happens = "; ".join(filter(None, [action, submission.note, submission.doubt]))
    by = NAME_ALONE if submission.matched_by == "name" else submission.matched_by
    if chosen is None:
        return *whose, "–", "–", "–", "–", "–", by, happens
    zone = due.tzinfo if due else None
    when = f"{chosen.when.astimezone(zone):%Y-%m-%d %H:%M}, {chosen.standing}" if chosen.when else "–"
    count = len(submission.attempts)
    attempt = f"{chosen.number} ({count} kept)" if count > 1 else str(chosen.number)
    return *whose, chosen.path, when, attempt, chosen.receipt, lateness(submission, due), by, happens


def lateness(submission: SubmissionPlan, due: datetime | None) -> str:
    """Return in words whether work is late: ``no``, ``1 d 2 h``, or ``–`` where that is not known."""
    chosen = submission.chosen
    if submission.seconds_late:
        return duration(submission.seconds_late)
    if chosen and chosen.late:
        return "yes" if submission.late_since_unknown else f"says {chosen.system}"
    return "no" if due and chosen and chosen.when else "–"


def notices(collection: Collection) -> list[str]:
    """Return a line for each thing that is left for the instructor to do."""
    plan = collection.plan
    lines = [f"not collected: {file.path}: {file.reason}" for file in plan.excluded if file.matters]
    if any(match.stranger for file in plan.excluded for match in file.unmatched):
        lines.append(
            "whom the download calls otherwise than the roster: write that name or address into its column “also”; "
            f"for one file: {BY_HAND}"
        )
    ambiguous = [file for file in plan.excluded if any(match.several for match in file.unmatched)]
    if ambiguous:
        tells = "Moodle's grading worksheet tells them apart, --worksheet FILE; "
        worksheet = tells if any(lacks_worksheet(excluded.file.downloaded) for excluded in ambiguous) else ""
        lines.append(f"what more than one may have handed in: {worksheet}for a file: {BY_HAND}")
    if plan.wrong_types:
        lines.append(
            "ask those without a notebook for it, such as: “What you handed in holds no notebook. Please send the file "
            f"that ends in .ipynb.” Then: {BY_HAND}"
        )
    doubted = [submission.student.id for submission in plan.submissions if submission.doubt]
    if doubted:
        lines.append(
            f"renamed, or changed at another time than the folder says: {', '.join(doubted)}. The folder's time counts "
            "as a claim. Write the one that you believe into submitted/STUDENT/ASSIGNMENT/timestamp.txt"
        )
    unknown = [submission.student.id_and_name for submission in plan.submissions if submission.late_since_unknown]
    if unknown:
        lines.append(
            f"{len(unknown)} late, and the download does not say since when, so no penalty is counted: "
            f"{', '.join(unknown)}. "
            "Put the times into a table with the columns student and time, and collect again with --times FILE"
        )
    return [plain(line) for line in lines]


def remarks(collection: Collection) -> list[str]:
    """Return other lines: what the plan rests on, files that are nobody's work, and who handed in nothing."""
    plan, lines = collection.plan, list[str]()
    count = len(plan.submissions)
    timed = [submission.chosen for submission in plan.submissions if submission.chosen and submission.chosen.when]
    for standing, who in ((ENTERED, ""), (CLAIMED, ", which a student can set")):
        if times := sum(attempt.standing == standing for attempt in timed):
            lines.append(f"times {standing}{who}: {times} of {len(timed)}")
    if alone := sum(submission.matched_by == "name" for submission in plan.submissions):
        lines.append(f"found by {NAME_ALONE}, which students may choose in many systems: {alone} of {count}")
    if unowned := sum(submission.matched_by.endswith(BY_NAME_ALONE) for submission in plan.submissions):
        lines.append(f"whose it is, only a name claims that students choose, and no owner shows: {unowned}")
    beside = [file for file in plan.excluded if not file.matters]
    lines += [f"left out: {file.path}: {file.reason}" for file in beside[:MOST_LINES]]
    if len(beside) > MOST_LINES:
        lines.append(f"left out: {len(beside) - MOST_LINES} more files; --json names all")
    for assignment, students in plan.absent.items():
        if students:
            lines.append(f"nothing for {assignment} from {', '.join(student.id_and_name for student in students)}")
    return [plain(line) for line in lines]


def summary(collection: Collection) -> str:
    plan = collection.plan
    actions = Counter(submission.action for submission in plan.submissions)
    parts = [f"{number} {action}" for action, number in actions.items()]
    lost = sum(file.matters for file in plan.excluded)
    parts += [f"{lost} NOT COLLECTED"] if lost else []
    count = len(plan.submissions)
    return f"{count} submission{'s' if count != 1 else ''}: " + (", ".join(parts) or "nothing to collect")


def to_json(collection: Collection, *, written: bool) -> dict[str, Any]:
    """Return a plan as JSON values."""
    plan = collection.plan
    return {
        "written": written,
        "submissions": [_record(submission) for submission in plan.submissions],
        "left_out": [{"path": file.path, "reason": file.reason, "matters": file.matters} for file in plan.excluded],
        "instead": [
            {"student": student, "assignment": plan.assignment, "file": file}
            for student, file in plan.wrong_types.items()
        ],
        "absent": {name: [student.id for student in students] for name, students in plan.absent.items()},
    }


def _record(submission: SubmissionPlan) -> dict[str, Any]:
    chosen = submission.chosen
    return {
        "student": submission.student.id,
        "assignment": submission.assignment,
        "attempt": chosen.to_json() | {"receipt": chosen.receipt} if chosen else None,
        "attempts": len(submission.attempts),
        "seconds_late": submission.seconds_late,
        "late_since_unknown": submission.late_since_unknown,
        "matched_by": submission.matched_by,
        "action": submission.action,
        "note": submission.note,
        "doubt": submission.doubt,
    }
