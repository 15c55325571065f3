"""The formgrader's page for a person who marks: the written answer first, with question, rubric and model answer beside
it; below it each answer with what its checks said. The chapter's text, which the person knows, is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Course
from autograder.notebooks.graft import RECORD, is_answer, is_graded, is_written

HEADINGS = re.compile(r"^## (?:Model answer|Rubric)\n", re.MULTILINE)
# Where nbconvert looks for a user's own style, custom/custom.css; its list of styles is made after our step.
STYLE = Path(__file__).with_name("formgrader")


class ShowForGrading(NbGraderPreprocessor):  # type: ignore[misc]
    """Reorder a graded notebook for the formgrader; feedback pages, which have no submission's id, stay as they are."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        room = nb.metadata.get(RECORD, {}).get("room")
        if "submission_id" not in resources or not any(map(is_written, nb.cells)):
            return nb, resources
        written = [cell for cell in nb.cells if is_written(cell)]
        others = [cell for cell in nb.cells if not is_written(cell) and (is_answer(cell) or is_graded(cell))]
        shown = nbformat.from_dict(nb)
        shown.cells = [nbformat.v4.new_markdown_cell(_rubric(room)), *written, *others]
        resources["config_dir"] = str(STYLE)
        return shown, resources


def _rubric(room: str) -> str:
    """Return question, rubric and model answer: what is needed to mark stands before what explains it."""
    path = Course.installed().folder / "answers" / f"{room}.md"
    question, model_answer, rubric = HEADINGS.split(path.read_text(encoding="utf-8"))
    return f"{_without_title(question)}\n\n## Rubric\n{rubric}\n\n## Model answer\n{model_answer}"


def _without_title(text: str) -> str:
    return text.partition("\n")[2].strip()
