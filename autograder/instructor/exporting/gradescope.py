"""Gradescope's ``results.json``, one for each submission: gradescope-autograders.readthedocs.io, "Autograder
Specifications", "Output format".

The score at the top overrides the sum of the tests; it holds written answers and the late penalty, too. A hidden check
is a test with a name and points, and says at most which ready-made part the student's code called.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

from autograder.instructor.marks import Mark
from autograder.verdicts import VerdictRecord, labelled_lines, shown_diagnosis

MAX_OUTPUT = 4000


def results(mark: Mark, hidden: str = "visible") -> dict[str, Any]:
    """Return what Gradescope shows of a graded submission's mark, as JSON values.

    When students see how hidden checks went is said in Gradescope's words, such as ``after_due_date``.
    """
    exercises = list(dict.fromkeys(verdict["exercise"] for verdict in mark.verdicts))
    numbers = dict.fromkeys(exercises, 0)
    tests = []
    for verdict in mark.verdicts:
        numbers[verdict["exercise"]] += 1
        place = exercises.index(verdict["exercise"]) + 1, numbers[verdict["exercise"]]
        tests.append(_test(verdict, ".".join(map(str, place)), hidden if verdict["hidden"] else "visible"))
    said = [*mark.notes]
    said += [f"{mark.lateness}."] if mark.lateness else []
    said += ["An answer waits for a person; it counts 0 so far."] if mark.needs_manual_grade else []
    return {
        "score": mark.score,
        "execution_time": round(sum(verdict["duration_s"] for verdict in mark.verdicts), 3),
        "output": "\n".join(said)[:MAX_OUTPUT],
        "output_format": "text",  # else it is HTML, and a note may name a student's file
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def _test(verdict: VerdictRecord, place: str, visibility: str) -> dict[str, Any]:
    return {
        "number": place,
        "name": f"{verdict['exercise']}: {verdict['title']}" + " (hidden)" * verdict["hidden"],
        "score": verdict["points"],
        "max_score": verdict["max_points"],
        "status": "passed" if verdict["outcome"] == "pass" else "failed",
        "output": "\n".join(labelled_lines(shown_diagnosis(verdict)))[:MAX_OUTPUT],
        "visibility": visibility,
    }


def gradescope_zip(marks: Sequence[Mark]) -> bytes:
    """Return a zip with ``ASSIGNMENT/STUDENT/results.json`` for each graded submission."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for mark in marks:
            if mark.score is not None:
                # It has the same date whenever it is made, which makes the same marks the same bytes.
                name = zipfile.ZipInfo(f"{mark.assignment}/{mark.student.id}/results.json")
                name.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(name, json.dumps(results(mark), indent=1, ensure_ascii=False))
    return out.getvalue()
