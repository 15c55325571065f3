"""nbgrader's feedback with hidden checks hidden: their title, result and score, nothing of what they do or saw."""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.notebooks.graft import HIDDEN


class HideHiddenChecks(NbGraderPreprocessor):  # type: ignore[misc]
    """Empty the cells of hidden checks: without this, nbgrader's own feedback shows them to students."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        shown = HIDDEN.sub("", cell.source).rstrip()
        if shown != cell.source.rstrip() and cell.cell_type == "code":
            failed = any(output.output_type == "error" for output in cell.outputs)
            cell.source = shown
            cell.outputs = [nbformat.v4.new_output("stream", text="not passed\n" if failed else "passed\n")]
        return cell, resources
