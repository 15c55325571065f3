"""What an instructor sees of a plan before anything is written, and what a script reads."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from autograder.errors import plain
from autograder.instructor.collecting.collect import Collection
from autograder.instructor.collecting.planned import ExcludedFile, SubmissionPlan
from autograder.instructor.collecting.whose import BY_NAME_ALONE
from autograder.instructor.course.due_dates import duration
from autograder.instructor.course.standing import CLAIMED

MOST_LINES = 20
BY_HAND = "autograder collect FILE ASSIGNMENT --student ID"
NAME_ALONE = "name alone"
IN_WORDS = {
    "blocked": "not written: another file is there, --force replaces it and keeps a copy",
    "no such attempt": "not written: there is no such attempt",
}


def table(collection: Collection) -> Table:
    """Return a line for each student's work."""
    shown = Table(box=None, pad_edge=False)
    for column in (
        "student",
        "name",
        "assignment",
        "file",
        "when",
        "attempt",
        "receipt",
        "late",
        "matched by",
        "what happens",
    ):
        shown.add_column(column, overflow="fold")
    for planned in collection.plan.planned:
        shown.add_row(*(Text(plain(cell)) for cell in _cells(planned, collection.due.get(planned.assignment))))
    return shown


def _cells(planned: SubmissionPlan, due: datetime | None) -> tuple[str, ...]:
    chosen, who = planned.chosen, (planned.student.id, planned.student.full_name, planned.assignment)
    happens = "; ".join(filter(None, [IN_WORDS.get(planned.action, planned.action), planned.note, planned.doubt]))
    by = NAME_ALONE if planned.matched_by == "name" else planned.matched_by
    if chosen is None:
        return *who, "–", "–", "–", "–", "–", by, happens
    zone = due.tzinfo if due else None
    when = f"{chosen.when.astimezone(zone):%Y-%m-%d %H:%M}, {chosen.standing}" if chosen.when else "–"
    attempt = f"{chosen.number} ({len(planned.attempts)} kept)" if len(planned.attempts) > 1 else str(chosen.number)
    late = lateness(planned, due)
    return *who, chosen.path, when, attempt, chosen.receipt, late, by, happens


def lateness(planned: SubmissionPlan, due: datetime | None) -> str:
    """Return in words whether work is late: ``no``, ``1 d 2 h``, or ``–`` where that is not known."""
    if planned.seconds_late:
        return duration(planned.seconds_late)
    if planned.chosen and planned.chosen.late:
        return "yes" if planned.late_since_unknown else f"says {planned.chosen.system}"
    return "no" if due and planned.chosen and planned.chosen.when else "–"


def notices(collection: Collection) -> list[str]:
    """Return what an instructor has to know, one line each."""
    lines = [f"not collected: {file.path}: {file.reason}" for file in collection.plan.left_out if file.matters]
    if any(file.stranger for file in collection.plan.left_out):
        lines.append(
            "whom the download calls otherwise than the roster: write that name or address into its column “also”; "
            f"for one file: {BY_HAND}"
        )
    several = [file for file in collection.plan.left_out if file.several]
    if several:
        tells = "Moodle's grading worksheet tells them apart, --worksheet FILE; "
        worksheet = tells if any(file.worksheet_tells for file in several) else ""
        lines.append(f"what more than one may have handed in: {worksheet}for a file: {BY_HAND}")
    if collection.plan.instead:
        lines.append(
            "ask those without a notebook for it, such as: “What you handed in holds no notebook. Please send the file "
            f"that ends in .ipynb.” Then: {BY_HAND}"
        )
    doubted = [planned.student.id for planned in collection.plan.planned if planned.doubt]
    if doubted:
        lines.append(
            f"renamed, or changed at another time than the folder says: {', '.join(doubted)}. The folder's time counts "
            "as a claim. Write the one that you believe into submitted/STUDENT/ASSIGNMENT/timestamp.txt"
        )
    unknown = [one.student.id_and_name for one in collection.plan.planned if one.late_since_unknown]
    if unknown:
        lines.append(
            f"{len(unknown)} late, and the download does not say since when, so no penalty is counted: "
            f"{', '.join(unknown)}. "
            "Put the times into a table with the columns student and time, and collect again with --times FILE"
        )
    return [plain(line) for line in lines]


def remarks(collection: Collection) -> list[str]:
    """Return what else is worth a line: files that are nobody's work, and who handed in nothing."""
    times = [one.chosen.standing for one in collection.plan.planned if one.chosen and one.chosen.when]
    claimed = times.count(CLAIMED)
    lines = [f"claimed times, which a student can set: {claimed} of {len(times)}"] if claimed else []
    alone = sum(one.matched_by == "name" for one in collection.plan.planned)
    if alone:
        works = len(collection.plan.planned)
        lines.append(f"found by {NAME_ALONE}, which students may choose in many systems: {alone} of {works}")
    named = sum(one.matched_by.endswith(BY_NAME_ALONE) for one in collection.plan.planned)
    if named:
        lines.append(f"whose it is, only a name claims that students choose, and no owner shows: {named}")
    beside = [file for file in collection.plan.left_out if not file.matters]
    lines += [f"left out: {file.path}: {file.reason}" for file in beside[:MOST_LINES]]
    if len(beside) > MOST_LINES:
        lines.append(f"left out: {len(beside) - MOST_LINES} more files; --json names all")
    for assignment, students in collection.plan.absent.items():
        if students:
            lines.append(f"nothing for {assignment} from {', '.join(student.id_and_name for student in students)}")
    return [plain(line) for line in lines]


def summary(collection: Collection) -> str:
    """Return one line on a plan."""
    count = Counter(planned.action for planned in collection.plan.planned)
    parts = [f"{number} {action}" for action, number in count.items()]
    lost = sum(file.matters for file in collection.plan.left_out)
    parts += [f"{lost} NOT COLLECTED"] if lost else []
    works = len(collection.plan.planned)
    return f"{works} submission{'s' if works != 1 else ''}: " + (", ".join(parts) or "nothing to collect")


def to_json(collection: Collection, *, written: bool) -> dict[str, Any]:
    """Return a plan as JSON values."""
    return {
        "written": written,
        "submissions": [_record(planned) for planned in collection.plan.planned],
        "left_out": [_left_out(file) for file in collection.plan.left_out],
        "instead": [
            {"student": one.student.id, "assignment": one.assignment, "file": one.file}
            for one in collection.plan.instead
        ],
        "absent": {name: [student.id for student in students] for name, students in collection.plan.absent.items()},
    }


def _record(planned: SubmissionPlan) -> dict[str, Any]:
    chosen = planned.chosen.to_json() | {"receipt": planned.chosen.receipt} if planned.chosen else None
    return {
        "student": planned.student.id,
        "assignment": planned.assignment,
        "attempt": chosen,
        "attempts": len(planned.attempts),
        "seconds_late": planned.seconds_late,
        "late_since_unknown": planned.late_since_unknown,
        "matched_by": planned.matched_by,
        "action": planned.action,
        "note": planned.note,
        "doubt": planned.doubt,
    }


def _left_out(file: ExcludedFile) -> dict[str, Any]:
    return {"path": file.path, "reason": file.reason, "matters": file.matters}
