"""Files that the pages are served with: fonts, scripts, and the theme's templates and colours."""

import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from autograder.dependencies import files_in
from autograder.palette import style_sheet
from book import BOOK, DATA, ROOT

CODE_AND_DATA = (DATA, ROOT / "solutions", ROOT / "autograder")  # what cells of pages can load
PACKAGES = BOOK / "node_modules"
FACES = (  # of the packages of @fontsource-variable
    *("source-serif-4-latin-wght-normal", "source-serif-4-latin-wght-italic", "source-sans-3-latin-wght-normal"),
    *("source-sans-3-latin-wght-italic", "source-code-pro-latin-wght-normal"),
)

# Of book/scripts, in one file: a page is there sooner after fewer requests. The first is what the others need.
SCRIPTS = ("memory", "questions", "guess", "progress", "definitions", "keyboard", "search")
SCRIPT = "course.js"


def setup(app: Sphinx) -> None:
    app.connect("config-inited", configure)
    app.connect("builder-inited", write_static)


def configure(app: Sphinx, config: Config) -> None:
    config["html_static_path"] = [*config["html_static_path"], str(BOOK / "static")]
    config["templates_path"] = [*config["templates_path"], str(BOOK / "templates")]
    config["html_math_renderer"] = "typeset"
    # For course.css_t. Without scripts no theme is named: then it is light.
    colours = style_sheet('html:not([data-theme="dark"])', 'html[data-theme="dark"]')
    config["html_context"] = {**config["html_context"], "palette": colours}
    app.add_css_file("course.css", priority=900)
    app.add_js_file(SCRIPT, loading_method="defer")


def made_with() -> list[Path]:
    """Return the files from which the book, its widgets and its demo are made."""
    own = [path for path in BOOK.iterdir() if path.is_file()]
    return [ROOT / "_config.yml", *own, *files_in(*CODE_AND_DATA, BOOK / "widgets")]


def is_stale(made: Path) -> bool:
    """Return whether a file or folder of the site is missing, or older than a file from which it was made."""
    return not made.exists() or max(path.stat().st_mtime for path in made_with()) > made.stat().st_mtime


def write_static(app: Sphinx) -> None:
    """Copy the fonts from the npm packages into the site, and join its scripts."""
    if app.builder.format != "html":
        return
    if not PACKAGES.is_dir():
        raise ExtensionError("the book's fonts are missing: run `npm ci --prefix book` first")
    static = Path(app.outdir) / "_static"
    (static / "fonts").mkdir(parents=True, exist_ok=True)
    for face in FACES:
        package = face.partition("-latin")[0]
        shutil.copy(PACKAGES / "@fontsource-variable" / package / "files" / f"{face}.woff2", static / "fonts")
    texts = [(BOOK / "scripts" / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    (static / SCRIPT).write_text("\n".join(texts), encoding="utf-8")
