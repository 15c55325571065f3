"""When a page is executed anew, when it is read anew, and in which order.

A page is executed where its cells have changed, or a file of the course that they loaded or opened when they last ran.
It is read again where such a file has changed, or one that the book itself is made with.
"""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.parallel import make_chunks

from book import BOOK, DATA, ROOT
from book.loaded import digest, loaded
from book.widgets import WIDGETS

CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
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


def cells_of(env: BuildEnvironment, docname: str) -> list[str]:
    """Return the code cells of a page as they are written."""
    return CELL.findall(Path(env.doc2path(docname)).read_text(encoding="utf-8"))


def is_executed(env: BuildEnvironment, docname: str) -> bool:
    """Return whether the cells of a page have not run yet, or not with what they would use now."""
    return bool(cells_of(env, docname)) and (not note_of(docname).exists() or has_changed(docname))


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


def read_in_parallel(app: Sphinx, config: Config) -> None:
    """Read several pages at a time: most of a build is the execution of chapters. One often waits for its kernel."""
    app.parallel = max(app.parallel, 2 * len(os.sched_getaffinity(0)))
    numbering = app.extensions.get("sphinx_multitoc_numbering")
    if numbering:  # it declares nothing, and numbers chapters only after all are read
        numbering.parallel_read_safe = True


def share_out(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Order pages so that the runs of neighbours that Sphinx gives to its processes have equally much to execute."""
    length = {docname: sum(map(len, cells_of(env, docname))) for docname in docnames}
    runs = [(len(run), list[str]()) for run in make_chunks(docnames, app.parallel)]
    for docname in sorted(docnames, key=lambda docname: -length[docname]):
        open_runs = [run for size, run in runs[: app.parallel] if len(run) < size] or [runs[-1][1]]
        min(open_runs, key=lambda run: sum(map(length.__getitem__, run))).append(docname)
    docnames[:] = [docname for _, run in runs for docname in run]


def setup(app: Sphinx) -> None:
    os.environ["JUPYTER_PATH"] = str(BOOK)  # whose kernel does not warn that others on this machine could listen
    os.environ["PYTHONSTARTUP"] = str(BOOK / "kernel_startup.py")
    app.connect("config-inited", read_in_parallel)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", share_out)
    app.connect("source-read", use_own_cache)
    app.connect("doctree-read", note_dependencies)
