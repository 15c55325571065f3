"""The formgrader's page for a person who marks: the written answer first, with question, rubric and model answer beside
it; below it each answer with what its checks said. The chapter's text, which the person knows, is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.questions import WrittenQuestion, question_for
from autograder.notebooks.graft import RECORD, is_answer, is_graded, is_written

# Where nbconvert looks for a user's own style, custom/custom.css; its list of styles is made after our step.
STYLE = Path(__file__).with_name("formgrader")


class ShowForGrading(NbGraderPreprocessor):  # type: ignore[misc]
    """Reorder a graded notebook for the formgrader; feedback pages, which have no submission's id, stay as they are."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        if "submission_id" not in resources or not any(map(is_written, nb.cells)):
            return nb, resources
        written = [cell for cell in nb.cells if is_written(cell)]
        others = [cell for cell in nb.cells if not is_written(cell) and (is_answer(cell) or is_graded(cell))]
        folder, record = CourseFolder(Path(CourseDirectory(parent=self).root)), nb.metadata[RECORD]
        question = question_for(folder, Course.installed(), record["assignment"], record["room"])
        shown = nbformat.from_dict(nb)
        shown.cells = [nbformat.v4.new_markdown_cell(_beside(question)), *written, *others]
        resources["config_dir"] = str(STYLE)
        return shown, resources


def _beside(question: WrittenQuestion) -> str:
    """Return question, rubric and model answer: what is needed to mark stands before what explains it."""
    return (
        f"**Question.** {question.asks}\n\n## Rubric\n\n{question.rubric}\n\n## Model answer\n\n{question.model_answer}"
    )
