"""What late work costs, by the rule of the course, at nbgrader's own extension point.

nbgrader asks for the penalty of each notebook that came after its due date, extensions counted, and keeps it beside the
score: its formgrader, exports and gradebook show it.
"""

from __future__ import annotations

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float

DAY_S = 24 * 60 * 60


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
        percent = self.percent(total_seconds_late)
        return score * percent / 100 if percent else None

    def percent(self, seconds_late: float) -> float:
        """Return the share that comes off; the days are counted from the end of the grace period."""
        days = math.ceil(max(0.0, seconds_late - 60 * self.grace_minutes) / DAY_S)
        return float(min(self.max_percent, days * self.percent_per_day))
