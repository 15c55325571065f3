"""What an instructor sees of a plan before anything is written, and what a script reads."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from autograder.errors import plain
from autograder.instructor.collecting.collect import Collection
from autograder.instructor.collecting.plan import LeftOut, Planned

MOST_LINES = 20
UNITS = ((24 * 60 * 60, "d"), (60 * 60, "h"), (60, "min"), (1, "s"))
IN_WORDS = {
    "blocked": "not written: another file is there, --force replaces it and keeps a copy",
    "no such attempt": "not written: there is no such attempt",
}


def table(collection: Collection) -> Table:
    """Return a line for each student's work."""
    shown = Table(box=None, pad_edge=False)
    for column in ("student", "name", "assignment", "file", "when", "attempt", "late", "matched by", "what happens"):
        shown.add_column(column, overflow="fold")
    for one in collection.plan.planned:
        shown.add_row(*(Text(plain(cell)) for cell in _cells(one, collection.due.get(one.assignment))))
    return shown


def _cells(one: Planned, due: datetime | None) -> tuple[str, ...]:
    chosen, who = one.chosen, (one.student.id, one.student.full_name, one.assignment)
    happens = "; ".join(filter(None, [IN_WORDS.get(one.action, one.action), one.note]))
    if chosen is None:
        return *who, "–", "–", "–", "–", one.matched_by, happens
    zone = due.tzinfo if due else None
    when = f"{chosen.when.astimezone(zone):%Y-%m-%d %H:%M}" if chosen.when else "–"
    attempt = f"{chosen.number} ({len(one.attempts)} kept)" if len(one.attempts) > 1 else str(chosen.number)
    late = lateness(one, due)
    return *who, chosen.path, when, attempt, late, one.matched_by, happens


def lateness(one: Planned, due: datetime | None) -> str:
    """Return in words whether work is late: ``no``, ``1 d 2 h``, or ``–`` where that is not known."""
    if one.seconds_late:
        return duration(one.seconds_late)
    if one.chosen and one.chosen.late:
        return "yes" if one.late_since_unknown else f"says {one.chosen.system}"
    return "no" if due and one.chosen and one.chosen.when else "–"


def duration(seconds: float) -> str:
    """Return a time in its two largest units."""
    parts, rest = [], int(seconds)
    for size, unit in UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "1 s"


def notices(collection: Collection) -> list[str]:
    """Return what an instructor has to know, one line each."""
    lines = [f"not collected: {one.path}: {one.reason}" for one in collection.plan.left_out if one.matters]
    if any(one.stranger for one in collection.plan.left_out):
        lines.append("whom the download calls otherwise than the roster: write that name into its column “also”")
    unknown = [one.student.id for one in collection.plan.planned if one.late_since_unknown]
    if unknown:
        lines.append(
            f"late, and the download does not say since when, so no penalty is counted: {', '.join(unknown)}. "
            "Write the time into submitted/STUDENT/ASSIGNMENT/timestamp.txt, such as 2026-11-05 23:59:00 UTC"
        )
    return [plain(line) for line in lines]


def remarks(collection: Collection) -> list[str]:
    """Return what else is worth a line: files that are nobody's work, and who handed in nothing."""
    beside = [one for one in collection.plan.left_out if not one.matters]
    lines = [f"left out: {one.path}: {one.reason}" for one in beside[:MOST_LINES]]
    if len(beside) > MOST_LINES:
        lines.append(f"left out: {len(beside) - MOST_LINES} more files; --json names all")
    for assignment, students in collection.plan.absent.items():
        if students:
            lines.append(f"nothing for {assignment} from {', '.join(student.id for student in students)}")
    return [plain(line) for line in lines]


def summary(collection: Collection) -> str:
    """Return one line on a plan."""
    count = Counter(one.action for one in collection.plan.planned)
    parts = [f"{number} {action}" for action, number in count.items()]
    lost = sum(one.matters for one in collection.plan.left_out)
    parts += [f"{lost} NOT COLLECTED"] if lost else []
    works = len(collection.plan.planned)
    return f"{works} submission{'s' if works != 1 else ''}: " + (", ".join(parts) or "nothing to collect")


def to_json(collection: Collection, *, written: bool) -> dict[str, Any]:
    """Return a plan as JSON values."""
    return {
        "written": written,
        "submissions": [_record(one) for one in collection.plan.planned],
        "left_out": [_left_out(one) for one in collection.plan.left_out],
        "absent": {name: [one.id for one in students] for name, students in collection.plan.absent.items()},
    }


def _record(one: Planned) -> dict[str, Any]:
    chosen = one.chosen.to_json() if one.chosen else None
    return {
        "student": one.student.id,
        "assignment": one.assignment,
        "attempt": chosen,
        "attempts": len(one.attempts),
        "seconds_late": one.seconds_late,
        "late_since_unknown": one.late_since_unknown,
        "matched_by": one.matched_by,
        "action": one.action,
        "note": one.note,
    }


def _left_out(one: LeftOut) -> dict[str, Any]:
    return {"path": one.path, "reason": one.reason, "matters": one.matters}
