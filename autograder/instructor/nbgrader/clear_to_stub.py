"""nbgrader's step that takes the solutions out, with a stub that names its exercise."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from autograder.exercises import stub_lines


class ClearToStub(ClearSolutions):  # type: ignore[misc]
    """Replace each solution by an error that says which exercise is not written yet."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        room, _, name = cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")
        self.code_stub = {"python": "\n".join(stub_lines(room, name))}
        cleared: tuple[NotebookNode, Any] = super().preprocess_cell(cell, resources, index)
        return cleared
