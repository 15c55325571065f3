"""nbgrader's sanitizing step: of a submission only the answers, in the instructor's notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.instructor.course.folder import CourseFolder
from autograder.notebooks.graft import RECORD, graft


class GraftAnswers(NbGraderPreprocessor):  # type: ignore[misc]
    """Replace the submitted notebook by the instructor's with the student's answers in it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        folder = CourseFolder(Path(CourseDirectory(parent=self).root))
        grafted = graft(folder.instructor_notebook(resources["nbgrader"]["assignment"]), nb)
        grafted.notebook.metadata[RECORD]["notes"] = list(grafted.notes)
        return grafted.notebook, resources
