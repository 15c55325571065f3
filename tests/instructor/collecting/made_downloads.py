"""Downloads as each system makes them, by its public description (see the docstring of its reader)."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.instructor.collecting.archive import DownloadEntry
from autograder.instructor.collecting.plan import Plan, Situation, make_plan
from autograder.instructor.collecting.systems import read_all
from autograder.instructor.course.roster import Student

ODD_RESULTS = ["  :results:", "    output: |-", "      3: [odd"]
CELLS = {"2-layers": ("layers-Linear", "layers-Flatten"), "3-dropout": ("dropout-Dropout",)}


def notebook(assignment: str = "2-layers", answer: str = "") -> bytes:
    """Return a notebook of the course with the same answer in all its cells."""
    cells = [
        {
            "cell_type": "code",
            "id": grade_id.lower(),
            "metadata": {"nbgrader": {"grade_id": grade_id, "solution": True, "schema_version": 3}},
            "source": answer,
            "outputs": [],
            "execution_count": None,
        }
        for grade_id in CELLS[assignment]
    ]
    metadata = {"autograder": {"assignment": assignment, "room": assignment.partition("-")[2]}}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    """Write a zip whose entries all have the time of the download, as learning systems do."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 20, 12, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return path


def folder(root: Path, files: Mapping[str, bytes]) -> Path:
    """Write the same files into a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def entry(name: str, content: bytes = b"", refused: str = "", modified: float = 0.0) -> DownloadEntry:
    return DownloadEntry(name, tuple(name.split("/")), refused, lambda limit: content[:limit], modified)


def entries_of(files: Mapping[str, bytes]) -> list[DownloadEntry]:
    """Return the same files as entries of a download, none of which is refused."""
    return [entry(name, content) for name, content in files.items()]


def gradescope_metadata(*submissions: tuple[str, list[tuple[str, str, str]], str]) -> bytes:
    """Return submission_metadata.yml: each submission's folder, its people's name, number and address, and its time."""
    lines = []
    for name, people, when in submissions:
        lines += [f"{name}:", "  :submitters:"]
        for person, number, address in people:
            lines += [f"  - :name: {person}", f"    :sid: '{number}'", f"    :email: {address}"]
        lines += [f"  :created_at: {when}", "  :score: 0.0", *ODD_RESULTS, "  :history: []"]
    return "\n".join([*lines, ""]).encode()


def plan_of(entries: Sequence[DownloadEntry], students: Sequence[Student]) -> Plan:
    """Return the plan for a download whose files called ``….ipynb`` are notebooks of one assignment."""
    files = []
    for file in read_all(entries):
        is_notebook = file.name.endswith(".ipynb") and not file.entry.refused
        facts = {"assignment": "2-layers", "digest": file.entry.name} if is_notebook else {"note": file.entry.refused}
        files.append(replace(file, **facts))
    return make_plan(files, Situation(students, {}, {}, datetime(2026, 11, 14, tzinfo=UTC)))
