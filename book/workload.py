"""The directive `workload`, what classes of some sizes cost those who teach: `{workload} 120 300`.

What a person needs for one answer and one talk is an assumption, and stands below; the machine's time was measured.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sphinx.application import Sphinx

from book import DATA
from book.chapters import WRITTEN, chapters
from book.tables import Table

MEASURED = DATA / "grading.json"
ANSWER_MINUTES = 3
TALK_MINUTES = 5
CHANGE_MINUTES = 1


@dataclass(frozen=True)
class Workload:
    """What one class costs.

    Attributes:
        students: in it.
        answers_h: hours of marking the written answers of one chapter.
        all_answers_h: hours of marking those of all chapters.
        talks_h: hours of one talk with each student.
        grading_min: minutes of a machine that grades one chapter.
    """

    students: int
    answers_h: float
    all_answers_h: float
    talks_h: float
    grading_min: float


def measured_grading() -> dict[str, Any]:
    """Return what ``make bench-grading WRITE=1`` found: of the machine, and of classes of some sizes."""
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def measured_class(students: int) -> dict[str, Any]:
    """Return what was measured of the class that is nearest in size."""
    classes: list[dict[str, Any]] = measured_grading()["classes"]
    return min(classes, key=lambda one: abs(one["submissions"] - students))


def is_measured(students: int) -> bool:
    return bool(measured_class(students)["submissions"] == students)


def workload(students: int) -> Workload:
    """Return what a class costs; the machine's minutes by the rate of the measured class that is nearest in size."""
    questions = sum(len(WRITTEN.findall(chapter.text)) for chapter in chapters())
    answers_h = students * ANSWER_MINUTES / 60
    talks_h = students * (TALK_MINUTES + CHANGE_MINUTES) / 60
    measured = measured_class(students)
    each_s = measured["wall_s"] / measured["submissions"]
    return Workload(students, answers_h, questions * answers_h, talks_h, each_s * students / 60)


class WorkloadDirective(Table):
    required_arguments = 1
    final_argument_whitespace = True
    columns = ("Class", "Answers to one question", "Answers to all", "One round of talks", "Grading one chapter")
    widths = (16, 20, 20, 20, 24)

    def rows(self) -> list[tuple[str, ...]]:
        self.env.note_dependency(str(MEASURED))
        return [
            (
                f"{load.students} students",
                f"{load.answers_h:.0f} hours",
                f"{load.all_answers_h:.0f} hours",
                f"{load.talks_h:.0f} hours",
                f"{load.grading_min:.0f} minutes, {'measured' if is_measured(load.students) else 'by the same rate'}",
            )
            for load in (workload(int(size)) for size in self.arguments[0].split())
        ]


def setup(app: Sphinx) -> None:
    app.add_directive("workload", WorkloadDirective)
