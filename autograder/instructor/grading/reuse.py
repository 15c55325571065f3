"""What an earlier run left: whether its verdicts on a submission may stand."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import autograder
from autograder.checks import checks_of, file_of, rooms
from autograder.course import Course
from autograder.instructor.course.decisions import Decision
from autograder.instructor.course.folder import CourseFolder, HandedIn, Submission
from autograder.instructor.gradebook.adjusting import DECISIONS, told
from autograder.notebooks.graft import MalformedNotebook, read_notebook, record_of, room_of

Scores = Mapping[str, Mapping[str, float | None]]


def versions() -> dict[str, str]:
    """Return the versions that a verdict depends on: of the grader, and of what the checks compute with."""
    for room in rooms():
        checks_of(room)
    library = "torch" if "torch" in sys.modules else "numpy"
    return {"autograder": autograder.__version__, library: sys.modules[library].__version__}


def digest_of(work: HandedIn, released: NotebookNode, course: Course, rules: object) -> str:
    """Return a digest of all that a submission's marks depend on but the seed.

    Args:
        work: that was handed in.
        released: the instructor's notebook.
        course: with the reference and its known mistakes.
        rules: under which it runs, of any type whose ``repr`` tells them apart.
    """
    room = room_of(released)
    package = Path(autograder.__file__).parent
    known = [
        (mistake.id, [(hunk.old, hunk.new) for hunk in mistake.hunks], mistake.says)
        for mistake in course.mistakes(room)
    ]
    code = ("comparison.py", "judge.py", "matching.py", "observe.py", "arrays.py", "chance.py", "checks/__init__.py")
    parts = [
        work.content,
        work.unreadable.encode(),
        str(work.timestamp).encode(),
        json.dumps(released, sort_keys=True).encode(),
        *((package / name).read_bytes() for name in code),
        file_of(room).read_bytes(),
        course.source(room).encode(),
        json.dumps(known).encode(),
        repr((rules, versions())).encode(),
    ]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def earlier_record(
    folder: CourseFolder,
    submission: Submission,
    digest: str,
    seed: int | None,
    scores: Scores,
    decisions: Sequence[Decision] = (),
) -> dict[str, Any] | None:
    """Return what an earlier run recorded of a submission, if it may stand.

    It may if work, checks and decisions are the same, the seed is the one asked for, and the gradebook still says so:
    after a gradebook was lost or put back from a copy, the notebooks alone prove nothing.
    """
    try:
        record = record_of(read_notebook(folder.autograded(submission.student, submission.assignment)))
        same = record["digest"] == digest and seed in (None, record["run"]["seed"])
        same = same and record.get(DECISIONS, []) == told(decisions)
        points = {(verdict["exercise"], verdict["check"]): verdict["points"] for verdict in record["verdicts"]}
        in_gradebook = scores.get(submission.student, {})
        stands = same and all(
            in_gradebook.get(check.id) == points[check.exercise, check.name] for check in checks_of(record["room"])
        )
    except (OSError, MalformedNotebook, LookupError, TypeError):
        return None  # not graded yet, or by nbgrader's own command, which keeps no digest
    return record if stands else None
