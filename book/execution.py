"""Execution of pages: each page with cells is executed, or found executed, before Sphinx reads the first one.

myst-nb executes nothing. It reads these pages with ``read_executed``, which adds the outputs that a release uses, too.
"""

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.display import status_iterator

from autograder.course import Chapter, Course
from autograder.instructor.releasing.execution import ExecutionError, executed_chapter
from book import ROOT
from book.assets import made_with

CHAPTERS = ROOT / "chapters"
CELL = re.compile(r"^```\{code-cell\}", re.MULTILINE)
READER = f"{__name__}.read_executed"


def pages_with_cells() -> list[Chapter]:
    """Return the pages to execute, the longest first, so that none ends alone."""
    pages = map(Chapter.at, CHAPTERS.glob("*.md"))
    return sorted((page for page in pages if CELL.search(page.text)), key=lambda page: -len(page.text))


def configure(app: Sphinx, config: Config) -> None:
    """Read pages with their outputs, and several at a time."""
    config["nb_custom_formats"] = {
        f"{CHAPTERS.name}/{page.path.name}": (READER, {"stem": page.path.stem}, False) for page in pages_with_cells()
    }
    app.parallel = max(app.parallel, os.cpu_count() or 1)
    numbering = app.extensions["sphinx_multitoc_numbering"]  # of sphinx-external-toc; it declares nothing
    numbering.parallel_read_safe = True


def execute(app: Sphinx, env: BuildEnvironment, docnames: Sequence[str]) -> None:
    """Execute the pages that will be read, unless nothing has changed since they were."""
    stems = {docname.rpartition("/")[2] for docname in docnames}
    course = Course.installed()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pages = [page for page in pages_with_cells() if page.path.stem in stems]
        running = {page.path.stem: pool.submit(executed_chapter, page, course) for page in pages}
        try:
            for stem in status_iterator(running, "executing... ", "purple", len(running), app.verbosity):
                running[stem].result()
        except ExecutionError as error:
            raise ExtensionError(str(error)) from error
        finally:
            pool.shutdown(cancel_futures=True)


def read_executed(content: str, stem: str) -> NotebookNode:
    """Return a page as a notebook with the outputs of its cells."""
    notebook = read_myst_markdown_notebook(content, add_source_map=True)
    executed = executed_chapter(Chapter.at(CHAPTERS / f"{stem}.md"), Course.installed())
    cells, ran = ([cell for cell in each.cells if cell.cell_type == "code"] for each in (notebook, executed))
    for cell, done in zip(cells, ran, strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return notebook


def note_dependencies(app: Sphinx, document: nodes.document) -> None:
    """Read a page again when a file has changed from which the book, its widgets or its demo are made."""
    for path in made_with():
        app.env.note_dependency(str(path))


def setup(app: Sphinx) -> None:
    app.connect("config-inited", configure)
    app.connect("env-before-read-docs", execute)
    app.connect("doctree-read", note_dependencies)
