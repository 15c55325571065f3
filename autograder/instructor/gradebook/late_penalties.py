"""What late work costs, by the rule of the course, at nbgrader's own extension point.

nbgrader asks for the penalty of each notebook that came after its due date, extensions counted, and keeps it beside the
score: its formgrader, exports and gradebook show it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

from autograder.course import Course
from autograder.instructor.course.due_dates import days_late
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook.term import due_dates_of

ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]
    """A share of what was earned for each day begun after a grace period; without one set, nbgrader's own methods."""

    grace_minutes = Float(0, min=0, help="How late work may come without a penalty.").tag(config=True)
    percent_per_day = Float(0, min=0, max=100, help="Of the points earned, for each day begun after that.").tag(
        config=True
    )
    max_percent = Float(100, min=0, max=100, help="Of the points earned, at most.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Return the points that come off; None where nothing does.

        Args:
            student_id: whose work it is.
            score: points earned.
            total_seconds_late: after the due date.
        """
        if not self.percent_per_day:
            penalty: float | None = super().late_submission_penalty(student_id, score, total_seconds_late)
            return penalty
        percent = self.percent(total_seconds_late, self._due(student_id))
        return score * percent / 100 if percent else None

    def percent(self, seconds_late: float, due: datetime = ANY_DAY) -> float:
        """Return the share that comes off; the days are counted from the end of the grace period."""
        days = days_late(max(0.0, seconds_late - 60 * self.grace_minutes), due)
        return float(min(self.max_percent, days * self.percent_per_day))

    def _due(self, student_id: str) -> datetime:
        """Return when the work that nbgrader's step is at was due, extension counted, in the zone of the due date."""
        step = self.parent
        if step is None:
            return ANY_DAY
        folder = CourseFolder(Path(CourseDirectory(parent=self).root))
        here = due_dates_of(folder, Course.installed()).get(step.assignment_id, ANY_DAY)
        due: datetime = step.gradebook.find_submission(step.assignment_id, student_id).duedate
        return due.replace(tzinfo=UTC).astimezone(here.tzinfo)
