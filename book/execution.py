"""Execution of pages: myst-nb looks a page up in jupyter-cache, and runs its cells if it is not cached.

The cache identifies a page by its cells and the description of its kernel. The description receives a digest of the
course's code and data: when these change, every page with cells is executed again.
"""

import hashlib
import os
import re
import tempfile
from functools import cache

from docutils import nodes
from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sqlalchemy import Engine, event

from autograder.sections import titles_in
from book import BOOK, ROOT
from book.assets import CODE_AND_DATA, files_in, made_with

CELL = re.compile(r"^```\{code-cell\}", re.MULTILINE)
KERNEL = "\n  name: python3\n"  # of a page's front matter


@cache
def digest() -> str:
    """Return a digest of the course's code and data, and of the chapters' headings, to which checks link."""
    parts = [str(path).encode() + path.read_bytes() for path in sorted(files_in(*CODE_AND_DATA))]
    for path in sorted((ROOT / "chapters").glob("*.md")):
        parts.append(repr(titles_in(path.read_text(encoding="utf-8"))).encode())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def add_digest(app: Sphinx, docname: str, source: list[str]) -> None:
    """Add the digest to the description of the kernel of a page with cells."""
    if CELL.search(source[0]):
        before, kernel, after = source[0].partition(KERNEL)
        if not kernel:
            raise ExtensionError(f"{docname}: its front matter lacks a kernel named python3")
        source[0] = f"{before}{kernel}  uses: {digest()}\n{after}"


def read_in_parallel(app: Sphinx, config: Config) -> None:
    """Read several pages at a time: most of a build is waiting for the kernels that execute chapters.

    Each kernel computes with one thread. Threads of several kernels on one processor wait for each other, spinning.
    """
    app.parallel = max(app.parallel, 2 * (os.cpu_count() or 1))
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    numbering = app.extensions["sphinx_multitoc_numbering"]  # of sphinx-external-toc; it declares nothing
    numbering.parallel_read_safe = True
    # Let a reader wait while another writes its page: on a busy disk that takes longer than the 5 s of sqlite3.
    event.listen(Engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout = 120000"))
    # Here, since jupyter-cache fails where two readers make its database at once.
    get_cache(config.nb_execution_cache_path).db  # noqa: B018


def note_dependencies(app: Sphinx, document: nodes.document) -> None:
    """Read a page again when a file has changed from which the book, its widgets or its demo are made."""
    for path in made_with():
        app.env.note_dependency(str(path))


def setup(app: Sphinx) -> None:
    os.environ["JUPYTER_PATH"] = str(BOOK)  # whose kernel links what a check says to pages beside this one
    # Each page runs in a folder of its own, where it finds no file that another wrote, and above it the course's data.
    folder = ROOT / "_build" / "executing"
    folder.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(folder)
    app.connect("config-inited", read_in_parallel)
    app.connect("source-read", add_digest)
    app.connect("doctree-read", note_dependencies)
