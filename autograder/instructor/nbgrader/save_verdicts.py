"""nbgrader's saving step: the verdicts that a graded notebook records go into the gradebook."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.instructor.gradebook.saving import save_verdicts


class SaveVerdicts(NbGraderPreprocessor):  # type: ignore[misc]
    """Save the verdicts that a graded notebook records."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        where = resources["nbgrader"]
        with Gradebook(where["db_url"]) as gradebook:
            save_verdicts(gradebook, where["assignment"], where["student"], nb)
            gradebook.db.commit()
        return nb, resources
