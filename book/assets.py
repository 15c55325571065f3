"""What the pages are served with, and when a page is out of date."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import torch
from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
PACKAGES = BOOK / "node_modules"

# Only what a page can ask for: the Latin letters of three families.
FONTS = {
    "source-serif-4": ("source-serif-4-latin-wght-normal", "source-serif-4-latin-wght-italic"),
    "source-sans-3": ("source-sans-3-latin-wght-normal", "source-sans-3-latin-wght-italic"),
    "source-code-pro": ("source-code-pro-latin-wght-normal",),
}

# What decides the output of a chapter's cells, beside the chapter itself.
EXECUTED = ("solutions/*.py", "autograder/lab.py", "autograder/look.py", "data/sample/*")
# What else decides how a page reads.
SHOWN = (
    *(
        "autograder/exercises.py",
        "autograder/checks/*.py",
        "autograder/notebooks/questions.py",
        *("book/*.py", "book/*.js", "book/templates/*", "book/package-lock.json"),
        "book/widgets/*",
    ),
    *("autograder/judge.py", "autograder/student.py", "autograder/reports/*"),  # 0-start shows what a check says
    *("autograder/walls.py", "autograder/sandbox/*.py", "autograder/grading/explain.py"),  # grading shows what holds
    *("data/model/*", "solutions/deploy/*.py"),  # the demo shows what the model answers
    "data/training-run.json",
)


def setup(app: Sphinx) -> None:
    app.add_config_value("course_digest", "", "env")
    app.connect("config-inited", configure)
    app.connect("config-inited", read_in_parallel)
    app.connect("builder-inited", copy_packages)


def digest(patterns: Iterable[str], root: Path = ROOT) -> str:
    """Return a digest of the files that match, names and contents."""
    summary = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()}):
        summary.update(f"{path.relative_to(root)}\n".encode())
        summary.update(hashlib.sha256(path.read_bytes()).digest())
    return summary.hexdigest()[:16]


def configure(app: Sphinx, config: Config) -> None:
    """Give each state of the solutions its own execution cache, and let Sphinx read every page again after a change.

    Neither myst-nb's cache nor Sphinx's looks beyond the chapter's own file.
    """
    cache = ROOT / "_build" / ".jupyter_cache" / digest(EXECUTED)
    config["nb_execution_cache_path"] = str(cache)
    get_cache(str(cache)).list_cache_records()  # makes the cache, which pages that are read at a time cannot do
    config["course_digest"] = digest(EXECUTED + SHOWN)
    config["html_static_path"] = [*config["html_static_path"], str(BOOK / "static")]
    config["templates_path"] = [*config["templates_path"], str(BOOK / "templates")]
    config["html_math_renderer"] = "typeset"
    app.add_css_file("course.css", priority=900)
    # The first is what the others need.
    for script in ("memory.js", "questions.js", "progress.js", "definitions.js", "keyboard.js"):
        app.add_js_file(script, loading_method="defer")


def read_in_parallel(app: Sphinx, config: Config) -> None:
    """Read several pages at a time: most of a build is the execution of chapters.

    Sphinx gives each process a run of neighbours, and the long chapters are neighbours: with as many processes as
    cores, one of them would get nearly all the work.
    """
    app.parallel = max(app.parallel, 2 * len(os.sched_getaffinity(0)))
    numbering = app.extensions.get("sphinx_multitoc_numbering")
    if numbering:  # it declares nothing, and numbers chapters only after all are read
        numbering.parallel_read_safe = True
    torch.set_num_threads(1)  # its threads do not survive a fork


def copy_packages(app: Sphinx) -> None:
    """Copy the fonts from the npm packages into the site."""
    if app.builder.format != "html":
        return
    if not PACKAGES.is_dir():
        raise ExtensionError("the book's fonts are missing: run `npm ci --prefix book` first")
    static = Path(app.outdir) / "_static"
    (static / "fonts").mkdir(parents=True, exist_ok=True)
    for family, names in FONTS.items():
        for name in names:
            shutil.copy(PACKAGES / "@fontsource-variable" / family / "files" / f"{name}.woff2", static / "fonts")
