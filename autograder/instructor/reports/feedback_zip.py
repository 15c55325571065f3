"""The feedback pages of an assignment in one zip, under the names by which a learning system finds whose they are.

Canvas takes it by "Upload Submissions", Moodle by "Upload multiple feedback files in a zip". Each file has to be called
as what was downloaded: ``lovelaceada_1234_56789_2-layers.ipynb`` in Canvas (``infer_comment_context_from_filename`` in
github.com/instructure/canvas-lms), in the folder ``Ada Lovelace_657737_assignsubmission_file`` in Moodle
(``mod/assign/feedback/file/importziplib.php`` in github.com/moodle/moodle). Collecting keeps these names; where they
are not known, or one file is the work of several, a page is called ``STUDENT/ASSIGNMENT.html``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from autograder.instructor.course.folder import CourseFolder, Submission
from autograder.notebooks.graft import MalformedNotebook, read_capped

# A fixed date makes the same pages the same bytes.
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def feedback_zip(folder: CourseFolder, assignment: str, students: Sequence[str]) -> bytes:
    """Return the pages of some students, which have been written before, as a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, name in names_of_pages(folder, students, assignment).items():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, folder.feedback(student, assignment).read_bytes())
    return out.getvalue()


def names_of_pages(folder: CourseFolder, students: Sequence[str], assignment: str) -> dict[str, str]:
    """Return what each student's page is called in the zip: as the notebook in the download, but for its ending."""
    names = {student: _name_in_download(folder, student, assignment) for student in students}
    times = Counter(name.casefold() for name in names.values())
    return {
        student: name if name and times[name.casefold()] == 1 else f"{student}/{assignment}.html"
        for student, name in names.items()
    }


def _name_in_download(folder: CourseFolder, student: str, assignment: str) -> str:
    """Return a page's name by that of the notebook in the download, empty where it was not collected."""
    path = PurePosixPath(_downloaded_as(folder, student, assignment))
    parts = [part for part in path.parts if part not in ("/", "..")]
    packed = next((at for at, part in enumerate(parts) if part.casefold().endswith(".zip")), len(parts))
    parts = parts[: packed + 1]  # of a student's own zip, the system knows the zip alone
    return str(PurePosixPath(*parts).with_suffix(".html")) if parts else ""


def _downloaded_as(folder: CourseFolder, student: str, assignment: str) -> str:
    """Return the path in the download of the attempt that is submitted, empty where it was not collected."""
    try:
        text = (folder.root / "collected" / student / assignment / "attempts.json").read_text(encoding="utf-8")
        attempts: list[dict[str, Any]] = json.loads(text)
        file = Submission(student, assignment, folder.root / "submitted" / student / assignment / f"{assignment}.ipynb")
        digest = hashlib.sha256(read_capped(file.file)).hexdigest()
        mine = [attempt["path"] for attempt in attempts if attempt["digest"] == digest]
    except (MalformedNotebook, OSError, ValueError, KeyError, TypeError):
        return ""
    return str(mine[-1]) if mine else ""
