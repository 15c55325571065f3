"""The feedback pages of an assignment in one zip, under the names by which a learning system finds whose they are.

Canvas takes it by "Upload Submissions", Moodle by "Upload multiple feedback files in a zip". Each file has to be called
as what was downloaded: ``lovelaceada_1234_56789_2-layers.ipynb`` in Canvas (``infer_comment_context_from_filename`` in
github.com/instructure/canvas-lms), in the folder ``Ada Lovelace_657737_assignsubmission_file`` in Moodle
(``mod/assign/feedback/file/importziplib.php`` in github.com/moodle/moodle). Collecting keeps these names; where they
are not known, a page is called ``STUDENT/ASSIGNMENT.html``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from autograder.instructor.course.folder import CourseFolder, Submission

# A fixed date makes the same pages the same bytes.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def feedback_zip(folder: CourseFolder, assignment: str, students: Sequence[str]) -> bytes:
    """Return the pages of some students, which have been written before, as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in students:
            entry = zipfile.ZipInfo(name_of_page(folder, student, assignment), ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, folder.feedback(student, assignment).read_bytes())
    return out.getvalue()


def name_of_page(folder: CourseFolder, student: str, assignment: str) -> str:
    """Return what a student's page is called in the zip: as the notebook in the download, but for its ending."""
    downloaded = _downloaded_as(folder, student, assignment)
    parts = [part for part in PurePosixPath(downloaded).parts if part not in ("/", "..")]
    if not parts:
        return f"{student}/{assignment}.html"
    return str(PurePosixPath(*parts).with_suffix(".html"))


def _downloaded_as(folder: CourseFolder, student: str, assignment: str) -> str:
    """Return the path in the download of the attempt that is submitted, empty where it was not collected."""
    try:
        text = (folder.root / "collected" / student / assignment / "attempts.json").read_text(encoding="utf-8")
        attempts: list[dict[str, Any]] = json.loads(text)
        file = Submission(student, assignment, folder.root / "submitted" / student / assignment / f"{assignment}.ipynb")
        digest = hashlib.sha256(file.file.read_bytes()).hexdigest()
        mine = [attempt["path"] for attempt in attempts if attempt["digest"] == digest]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return str(mine[-1]) if mine else ""
