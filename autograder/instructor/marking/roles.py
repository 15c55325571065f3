"""In which role somebody marks an answer, and which of its marks counts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Literal

from autograder.instructor.marking.access import Who
from autograder.instructor.marking.markers import Question
from autograder.instructor.marking.team import Team

# The marker's who has the answer; another's who does not see it; the instructor's; and a marker's own on an answer by
# which markers calibrate.
Role = Literal["first", "second", "decided", "trial"]
CARRIES = ("decided", "first")  # the marks that can count, the one that does first


def role_of(who: Who, answer: Any, calibrating: Collection[str], team: Team) -> Role | None:
    """Return in which role somebody marks an answer; None where it is not theirs."""
    if who.is_instructor:
        return "decided"
    marker = team.marker(who.name)
    if answer.id in calibrating and marker and marker.knows(Question(answer.assignment, answer.cell)):
        return "trial"
    return "first" if answer.first == who.name else "second" if answer.second == who.name else None


def counting(marks: Sequence[Any]) -> Any:
    """Return the mark that the student gets: the instructor's, or else the first; None where there is neither."""
    return next((mark for role in CARRIES for mark in marks if mark.role == role), None)


def own(marks: Sequence[Any], role: Role, name: str) -> Any:
    """Return the mark that somebody has given in a role; of the instructor's role, whoever gave it."""
    return next((one for one in marks if one.role == role and (role == "decided" or one.marker == name)), None)


def differ(marks: Sequence[Any], over: float) -> bool:
    """Whether two marks of one answer differ so much that the instructor decides, and has not yet."""
    points = {mark.role: mark.points for mark in marks}
    both = {"first", "second"} <= points.keys() and "decided" not in points
    return both and abs(points["first"] - points["second"]) > over
