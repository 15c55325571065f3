"""When a page is executed anew, and when it is read anew.

A page is executed where its cells have changed, or a file of the course that they loaded or opened when they last ran.
It is read again where such a file has changed, or one that the book itself is made with.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book import BOOK, DATA, ROOT
from book.loaded import digest, loaded
from book.widgets import WIDGETS

CACHES = ROOT / "_build" / ".jupyter_cache"


def note_of(docname: str) -> Path:
    """Return the file in which a kernel notes what a page's cells used; it lies in the page's own cache."""
    return CACHES / docname / "files.json"


def used_by(docname: str) -> dict[Path, str]:
    """Return the files that the cells of a page have loaded or opened, each with its digest at that time."""
    note = note_of(docname)
    noted = json.loads(note.read_text(encoding="utf-8")) if note.exists() else {}
    return {Path(path): noted_digest for path, noted_digest in noted.items()}


def is_unchanged(path: Path, noted: str) -> bool:
    return path.is_file() and digest(path) == noted


def has_changed(docname: str) -> bool:
    """Return whether a file that the cells of a page have used is no longer as it was."""
    return not all(is_unchanged(*file) for file in used_by(docname).items())


def outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    return [docname for docname in env.all_docs if has_changed(docname)]


def use_own_cache(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let myst-nb keep the page in a cache of its own, emptied where what its cells used is no longer the same."""
    note = note_of(docname)
    if not note.exists() or has_changed(docname):
        shutil.rmtree(note.parent, ignore_errors=True)
    env: Any = app.env  # myst-nb adds its configuration
    env.mystnb_config = env.mystnb_config.copy(execution_cache_path=str(note.parent))
    os.environ["NOTED_IN"] = str(note)


def note_dependencies(app: Sphinx, document: nodes.document) -> None:
    """Tell Sphinx that the page depends on whatever the book is made with."""
    made_with = [path for folder in (BOOK, WIDGETS) for path in folder.iterdir()] + list(DATA.rglob("*"))
    for path in {*loaded(), *filter(Path.is_file, made_with)}:
        app.env.note_dependency(str(path))


def setup(app: Sphinx) -> None:
    os.environ["JUPYTER_PATH"] = str(BOOK)  # whose kernel does not warn that others on this machine could listen
    os.environ["PYTHONSTARTUP"] = str(BOOK / "kernel_startup.py")
    app.connect("env-get-outdated", outdated)
    app.connect("source-read", use_own_cache)
    app.connect("doctree-read", note_dependencies)
