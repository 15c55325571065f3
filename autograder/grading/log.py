"""Where the log of a submission is kept."""

from __future__ import annotations

from datetime import UTC, datetime

from nbformat import NotebookNode

from autograder.grading.course_folder import CourseFolder, Submission
from autograder.grading.files import write_atomically
from autograder.reports.submission_log import submission_log
from autograder.sandbox import Limits


def write_log(
    folder: CourseFolder, submission: Submission, notebook: NotebookNode, limits: Limits, *, isolated: bool
) -> None:
    """Write the log of a submission that has been graded and not yet been saved, in the place of an earlier one.

    It comes before the scores, so that no saved mark is ever without its log, or beside the log of an earlier one. A
    run that is killed between them leaves a log that the next run overwrites, as it grades that submission again.
    """
    log = folder.log(submission.student, submission.assignment)
    log.parent.mkdir(parents=True, exist_ok=True)
    file, now = str(submission.file.relative_to(folder.root)), datetime.now(UTC).isoformat(" ", "seconds")
    text = submission_log(submission.student, submission.assignment, file, now, notebook, limits, isolated=isolated)
    write_atomically(log, text)
