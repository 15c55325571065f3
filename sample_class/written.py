"""Graded submissions with a written answer and no exercise, made without running anything."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from autograder.course import Course
from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.grading_records import GradingRecord, write_record
from autograder.instructor.gradebook import CourseGradebook
from autograder.notebooks.graft import grade_id_of, is_written, read_notebook, room_of


def grade_written(root: Path, assignment: str, texts: Mapping[str, str]) -> None:
    """Hand in a released notebook for each student with a written answer alone, and record it as graded."""
    folder = CourseFolder(root)
    released = read_notebook(folder.released(assignment))
    with CourseGradebook(folder) as gradebook:
        for student, text in texts.items():
            notebook = nbformat.from_dict(released)
            cell = next(filter(is_written, notebook.cells))
            blank = frozenset([str(grade_id_of(cell))]) if cell.source == text else frozenset[str]()
            cell.source = text
            answers, target = {str(grade_id_of(cell)): text}, folder.autograded(student, assignment)
            for file in (folder.submission(student, assignment).notebook, target):
                file.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(nbformat.writes(notebook), encoding="utf-8")
            write_record(
                target, GradingRecord(room_of(released), answers=answers, blank=blank, graded=datetime.now(UTC))
            )
        update_gradebook(folder, Course.installed(), gradebook)
