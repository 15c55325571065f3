"""How nbgrader reads a submission: as our own commands do, and of one that is too large nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode

from autograder.notebooks.graft import read_notebook


class CappedReading(NotebookExporter):  # type: ignore[misc]
    """An exporter that parses a notebook only where size and number of parts are within our limits.

    Raises:
        MalformedNotebook: the file is no notebook or beyond a limit; nbgrader logs it and goes on.
    """

    def from_file(
        self, file_stream: TextIO, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        notebook = read_notebook(Path(file_stream.name))
        converted: tuple[NotebookNode, dict[str, Any]] = self.from_notebook_node(notebook, resources, **options)
        return converted
