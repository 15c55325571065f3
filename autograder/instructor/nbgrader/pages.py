"""How nbgrader's pages show what students wrote: as text that does nothing; and what a person who marks needs first."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Course
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.questions import question_for
from autograder.notebooks.graft import RECORD, is_answer, is_graded, is_written, without_hidden_tests
from autograder.reports.html import CONTROLS


class TextRenderer(IPythonRenderer):  # type: ignore[misc]
    """Renders Markdown that a student may have written: markup and scripts in it are text, pictures are their names."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return str(self.text(text))


def markdown_as_text(source: str) -> str:
    """Return Markdown as HTML that does nothing but show it."""
    return str(MarkdownWithMath(renderer=TextRenderer()).render(source))


NAMES = ("student", "first_name", "last_name")  # the formgrader's page escapes none of them


class ShowAsText(Preprocessor):  # type: ignore[misc]
    """Take control characters out of a notebook and its student's names, and escape the names."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        names = {name: resources.get(name) for name in NAMES}
        resources.update({name: escape(_shown(value)) for name, value in names.items() if isinstance(value, str)})
        return nbformat.from_dict(_shown(nb)), resources


def _shown(value: Any) -> Any:
    """Return what JSON can hold, with its texts as a page may show them."""
    if isinstance(value, str):
        return value.translate(CONTROLS)
    if isinstance(value, list):
        return [_shown(one) for one in value]
    if isinstance(value, dict):
        return {_shown(name): _shown(one) for name, one in value.items()}
    return value


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
        # What is needed to mark stands before what explains it.
        parts = [
            f"**Question.** {question.asks}",
            "## Rubric",
            question.rubric,
            "## Model answer",
            question.model_answer,
        ]
        shown.cells = [nbformat.v4.new_markdown_cell("\n\n".join(parts)), *written, *others]
        resources["config_dir"] = str(STYLE)
        return shown, resources


class HideHiddenChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Empty the cells of hidden checks: without this, nbgrader's own feedback shows them to students."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        shown = without_hidden_tests(cell.source).rstrip()
        if shown != cell.source.rstrip() and cell.cell_type == "code":
            failed = any(output.output_type == "error" for output in cell.outputs)
            cell.source = shown
            cell.outputs = [nbformat.v4.new_output("stream", text="not passed\n" if failed else "passed\n")]
        return cell, resources
