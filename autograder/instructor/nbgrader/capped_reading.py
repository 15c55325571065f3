"""How nbgrader reads a submission: as our own commands do, and of one that is too large nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from autograder.notebooks.graft import MalformedNotebook, read_notebook


class CappedReading(NotebookExporter):  # type: ignore[misc]
    """An exporter that parses a notebook only where size and number of parts are within our limits.

    What is none is an empty one here: our runner reads the file once more, and says of it what it says everywhere.
    """

    def from_file(
        self, file_stream: TextIO, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        try:
            notebook = read_notebook(Path(file_stream.name))
        except MalformedNotebook:
            notebook = nbformat.v4.new_notebook()
        converted: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(notebook, resources, **options)
        return converted
