"""A dozen requests about marks, as pages of feedback make them: about checks that failed, and a few more."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

from autograder.instructor.requests.form import OTHER, WRITTEN, Request
from autograder.notebooks.graft import read_notebook, record_of
from sample_class.downloads import ASSIGNMENT

DOZEN = 12


def write_requests(course: Path, folder: Path) -> None:
    """Write what a dozen students ask about their graded work, each into a folder of the student's."""
    graded = sorted((course / "autograded").glob(f"*/{ASSIGNMENT}/*.ipynb"))
    for path, at in zip(cycle(graded), range(DOZEN), strict=False):
        record, student = record_of(read_notebook(path)), path.parent.parent.name
        failed = [f"{one['exercise']}.{one['check']}" for one in record["verdicts"] if one["outcome"] != "pass"]
        check = failed[0] if failed else (WRITTEN, OTHER)[at % 2]
        asked = Request(student, ASSIGNMENT, check, record.get("receipt", ""), "It worked when I tried it.")
        target = folder / student / f"request-{at}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(asked.lines(), encoding="utf-8")
