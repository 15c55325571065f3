"""What the pages are served with, and when a page is out of date."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
PACKAGES = BOOK / "node_modules"

# Only what a page can ask for: the Latin letters of three families and one MathJax with its fonts.
FONTS = {
    "source-serif-4": ("source-serif-4-latin-opsz-normal", "source-serif-4-latin-wght-italic"),
    "source-sans-3": ("source-sans-3-latin-wght-normal", "source-sans-3-latin-wght-italic"),
    "source-code-pro": ("source-code-pro-latin-wght-normal",),
}
MATHJAX = ("tex-chtml.js", "output/chtml/fonts/woff-v2")

# What decides the output of a chapter's cells, beside the chapter itself.
EXECUTED = ("solutions/*.py", "autograder/lab.py", "autograder/look.py", "data/sample/*")
# What else decides how a page reads.
SHOWN = (
    *(
        "autograder/exercises.py",
        "autograder/checks/*.py",
        "autograder/notebooks/questions.py",
        "book/*.py",
        "book/templates/*",
        "book/widgets/*",
    ),
    *("autograder/judge.py", "autograder/student.py", "autograder/reports/*"),  # 0-start shows what a check says
    *("autograder/walls.py", "autograder/sandbox/*.py", "autograder/grading/explain.py"),  # grading shows what holds
    *("data/model/*", "solutions/deploy/*.py"),  # the demo shows what the model answers
)


def setup(app: Sphinx) -> None:
    app.add_config_value("course_digest", "", "env")
    app.connect("config-inited", configure)
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
    config["nb_execution_cache_path"] = str(ROOT / "_build" / ".jupyter_cache" / digest(EXECUTED))
    config["course_digest"] = digest(EXECUTED + SHOWN)
    config["html_static_path"] = [*config["html_static_path"], str(BOOK / "static")]
    config["mathjax_path"] = "mathjax/tex-chtml.js"
    app.add_css_file("course.css", priority=900)
    app.add_js_file("questions.js", loading_method="defer")


def copy_packages(app: Sphinx) -> None:
    """Copy fonts and MathJax from the npm packages into the site."""
    if app.builder.format != "html":
        return
    if not PACKAGES.is_dir():
        raise ExtensionError("the book's fonts and MathJax are missing: run `npm ci --prefix book` first")
    static = Path(app.outdir) / "_static"
    (static / "fonts").mkdir(parents=True, exist_ok=True)
    for family, names in FONTS.items():
        for name in names:
            shutil.copy(PACKAGES / "@fontsource-variable" / family / "files" / f"{name}.woff2", static / "fonts")
    for name in MATHJAX:
        source, target = PACKAGES / "mathjax" / "es5" / name, static / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
