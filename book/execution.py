"""Execution of pages: each page with cells is executed, or found executed, before Sphinx reads the first one.

myst-nb executes nothing. It reads these pages with ``read_executed``, which adds the outputs that a release uses, too.
"""

import os
import re
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from docutils import nodes
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util.display import status_iterator

from autograder.checks import rooms
from autograder.course import Chapter, Course
from autograder.instructor.releasing.execution import ExecutionError, executed_chapter
from book import ROOT
from book.assets import made_with
from book.known_mistakes import judged_mistakes

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


def prepare(app: Sphinx, env: BuildEnvironment, docnames: Sequence[str]) -> None:
    """Execute the pages that will be read, and judge the known mistakes, unless nothing has changed since.

    PyTorch is loaded before Sphinx forks the processes that read pages; its threads do not survive a fork.
    """
    if not docnames:
        return
    import torch

    torch.set_num_threads(1)
    stems = {docname.rpartition("/")[2] for docname in docnames}
    course = Course.installed()
    pages = [page for page in pages_with_cells() if page.path.stem in stems]
    with ProcessPoolExecutor() as processes, ThreadPoolExecutor(os.cpu_count()) as threads:
        # First, as the first of them forks all processes: in a process with threads that is not safe.
        judging = {f"mistakes of {room}": processes.submit(judged_mistakes, room) for room in rooms()}
        executing = {page.path.stem: threads.submit(executed_chapter, page, course) for page in pages}
        jobs: dict[str, Future[Any]] = {**executing, **judging}
        try:
            for name in status_iterator(jobs, "executing... ", "purple", len(jobs), app.verbosity):
                jobs[name].result()
        except ExecutionError as error:
            raise ExtensionError(str(error)) from error
        finally:
            for job in jobs.values():
                job.cancel()


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
    app.connect("env-before-read-docs", prepare)
    app.connect("doctree-read", note_dependencies)
