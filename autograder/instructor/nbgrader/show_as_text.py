"""nbgrader's pages show what a student wrote as text: no control character in it, and no markup in a name."""

from __future__ import annotations

from html import escape
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from autograder.reports.html import CONTROLS

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
