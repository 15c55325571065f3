"""The plan as the instructor sees it before anything is written, and as JSON for a script.

A terminal of 80 columns shows it: first the matters for a person, then one line a student.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.table import Table

from autograder.instructor.collecting.archive import shared_depth
from autograder.instructor.collecting.downloaded import NONE_OF_THE_CELLS
from autograder.instructor.collecting.owners import BY_NAME_ALONE
from autograder.instructor.collecting.plan import ExcludedFile, Plan, SubmissionPlan
from autograder.instructor.course.records import CLAIMED, ENTERED
from autograder.instructor.student_lines import student_lines
from autograder.user_errors import plain

MOST_LINES = 20
BY_HAND = "autograder collect FILE ASSIGNMENT --student ID"
NAME_ALONE = "name alone"
BLOCKED = "NOT WRITTEN: another file is there, --force replaces it and keeps a copy"


def notices(plan: Plan) -> list[str]:
    """Return a line for each matter that a person has to settle."""
    lines = _not_collected([file for file in plan.excluded if file.matters])
    unmatched = [match for file in plan.excluded for match in file.unmatched]
    if any(match.stranger for match in unmatched):
        lines.append(
            "for students whom the download calls otherwise than the roster: write that name or address into its "
            f"column “also”, or all addresses into a column “e-mail”; for one file: {BY_HAND}"
        )
    if any(match.several for match in unmatched):
        lines.append(
            "for files that more than one student can have handed in: Moodle's grading worksheet tells them apart, "
            f"--worksheet FILE; for one file: {BY_HAND}"
        )
    if any(file.matters and file.file.owners == ((),) for file in plan.excluded):
        lines.append("for files that name nobody: switch anonymous grading off, and download again")
    instead = [file.path for file in plan.excluded if file.instead]
    if any(not path.endswith(".ipynb") for path in instead):
        lines.append(
            "ask those without a notebook for it, such as: “What you handed in holds no notebook. Please send the file "
            f"that ends in .ipynb.” Then: {BY_HAND}. `autograder fill` makes one from a .py"
        )
    lost = [submission.student.id for submission in plan.submissions if submission.note.startswith(NONE_OF_THE_CELLS)]
    if lost or any(path.endswith(".ipynb") for path in instead):
        whose = f", as of {', '.join(lost)}" if lost else ""
        lines.append(
            f"for a notebook without a cell of this course{whose}, if its cells have only lost their ids: autograder "
            f"fill release/ASSIGNMENT/ASSIGNMENT.ipynb THEIRS.ipynb NEW.ipynb. Then: {BY_HAND}"
        )
    unknown = [submission.student.id_and_name for submission in plan.submissions if submission.late_since_unknown]
    if unknown:
        lines.append(
            f"{len(unknown)} late, and the download does not say since when, so no penalty is counted: "
            f"{', '.join(unknown)}. "
            "Put the times into a table with the columns student and time, and collect again with --times FILE"
        )
    return [plain(line) for line in lines]


def _not_collected(files: Sequence[ExcludedFile]) -> list[str]:
    """Return a line for each file; of one student's many, of whom only a folder or a zip tells, for the first."""
    depth = shared_depth(file.file.entry.parts for file in files)
    lines, counts = list[str](), Counter[tuple[str, ...]]()
    for file in files:
        parts = file.file.entry.parts
        whose = parts[: depth + 1] if len(parts) > depth + 1 else ()
        counts[whose] += bool(whose)
        if counts[whose] <= MOST_LINES:
            lines.append(f"not collected: {file.path}: {file.reason}")
    for whose, count in counts.items():
        if count > MOST_LINES:
            lines.append(f"not collected: {count - MOST_LINES:,} more files in {'/'.join(whose)}")
    return lines


def table(plan: Plan) -> Table:
    """Return a line for each student's work, those with something to look at first."""
    submissions = plan.submissions
    has_several = len({submission.assignment for submission in submissions}) > 1
    rows = []
    for submission in sorted(submissions, key=lambda submission: not remark(submission)):
        action = BLOCKED if submission.action == "blocked" else submission.action
        happens = "; ".join(filter(None, [action, remark(submission)]))
        rows.append((submission.student, [f"{submission.assignment}: {happens}" if has_several else happens]))
    return student_lines(["what happens"], rows)


def remark(submission: SubmissionPlan) -> str:
    """Return the oddities of work; empty where there is nothing to look at."""
    late = ""
    if submission.chosen.late:
        system = submission.chosen.system
        late = "late by an unknown time" if submission.late_since_unknown else f"late, says {system}"
    return "; ".join(filter(None, [late, submission.note]))


def remarks(plan: Plan) -> list[str]:
    """Return lines on the evidence behind the plan, files without an owner, and students without work."""
    lines = list[str]()
    count = len(plan.submissions)
    timed = [submission.chosen for submission in plan.submissions if submission.chosen.when]
    for standing, who in ((ENTERED, ""), (CLAIMED, ", which a student can set")):
        if times := sum(attempt.standing == standing for attempt in timed):
            lines.append(f"times {standing}{who}: {times} of {len(timed)}")
    if alone := sum(submission.matched_by == "name" for submission in plan.submissions):
        lines.append(f"found by {NAME_ALONE}, which students can choose in many systems: {alone} of {count}")
    if unowned := sum(submission.matched_by.endswith(BY_NAME_ALONE) for submission in plan.submissions):
        lines.append(f"claimed by a name that students choose, with no account as owner: {unowned}")
    beside = [file for file in plan.excluded if not file.matters]
    lines += [f"left out: {file.path}: {file.reason}" for file in beside[:MOST_LINES]]
    if len(beside) > MOST_LINES:
        lines.append(f"left out: {len(beside) - MOST_LINES} more files; --json names all")
    for assignment, students in plan.missing.items():
        if students:
            lines.append(f"no notebook for {assignment} from {', '.join(student.id_and_name for student in students)}")
    return [plain(line) for line in lines]


def summary(plan: Plan) -> str:
    """Return one line with the number of submissions by action."""
    actions = Counter(submission.action for submission in plan.submissions)
    parts = [f"{number} {action}" for action, number in actions.items()]
    lost = sum(file.matters for file in plan.excluded)
    parts += [f"{lost} NOT COLLECTED"] if lost else []
    count = len(plan.submissions)
    return f"{count} submission{'s' if count != 1 else ''}: " + (", ".join(parts) or "nothing to collect")


def to_json(plan: Plan, *, written: bool) -> dict[str, Any]:
    return {
        "written": written,
        "submissions": [_record(submission) for submission in plan.submissions],
        "left_out": [{"path": file.path, "reason": file.reason, "matters": file.matters} for file in plan.excluded],
        "missing": {name: [student.id for student in students] for name, students in plan.missing.items()},
    }


def _record(submission: SubmissionPlan) -> dict[str, Any]:
    chosen = submission.chosen
    fields = ("assignment", "late_since_unknown", "matched_by", "action", "note")
    return {
        "student": submission.student.id,
        "attempt": chosen.to_json() | {"receipt": chosen.receipt},
        "attempts": len(submission.attempts),
        **{field: getattr(submission, field) for field in fields},
    }
