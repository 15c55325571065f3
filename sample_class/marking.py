"""All of the guide's table of markers mark at once, each by a rule of their own, while the server runs."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.marking.queries import AnswerView, entries, next_of, overview, view
from autograder.instructor.marking.saving import MarkForm, save
from autograder.instructor.marking.state import MarkingState
from autograder.instructor.marking.team import INSTRUCTOR

COMMENT = "Say what you assume about the weights."


def mark_together(root: Path, assignment: str) -> list[str]:
    """Let all markers mark what they have, and the instructor decide where two differ; return lines for a summary."""
    folder = CourseFolder(root)
    with CourseGradebook(folder) as gradebook:
        state = MarkingState.opened(folder, gradebook, [assignment])
        names = [marker.name for marker in state.team.markers]
        with ThreadPoolExecutor(max(1, len(names))) as pool:
            marked = list(pool.map(lambda name: mark_all(state, name), names))
        decided = mark_all(state, INSTRUCTOR)
        with gradebook.open() as rows:
            agreements = [overview(rows.db, state.team, question).agreement for question in state.team.questions]
    lines = [f"{sum(marked)} by {len(names)} markers", f"{decided} decided"]
    return lines + [f"{pair.answers} marked twice, {pair.equal:.0%} equal" for pair in agreements if pair]


def mark_all(state: MarkingState, name: str) -> int:
    """Mark everything that waits for somebody, and return how many answers that was."""
    marked = 0
    for question in state.team.questions:
        while True:
            with state.gradebook.open() as rows:
                entry = next_of(entries(rows.db, state.team, name, question))
                if entry is None:
                    break
                answer = view(rows.db, name, entry.id)
            points, comment = judged(name, answer)
            if name == INSTRUCTOR:  # takes the better of the marks that others gave, if there are any
                points, comment = max((points for _, _, points, _ in answer.others), default=3), "Read once more."
            save(state.gradebook, state.records, name, answer.id, MarkForm(f"{points:g}", comment, answer.base))
            marked += 1
    return marked


def judged(marker: str, answer: AnswerView) -> tuple[float, str]:
    """Return points and comment: from the text, and now and then a point more or less, by who marks."""
    points = random.Random(answer.text).randrange(1, 6)
    points += random.Random(f"{marker}/{answer.id}").choice([0, 0, 0, 0, -1, 1, -2])
    points = min(max(points, 0), int(answer.max_points))
    return points, COMMENT if points < answer.max_points else ""
