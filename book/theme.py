"""Edits of the theme's pages: parts that they can do without, and faults of accessibility.

An edit that no longer matches after an update of the theme changes nothing; then the tests of weight or of axe fail.
"""

import re
from collections.abc import Iterable
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import tinycss2
from docutils import nodes
from fontTools import subset
from markupsafe import Markup
from sphinx.application import Sphinx

from autograder.course import Course
from book import add_element

ICON_FONT = "_static/vendor/fontawesome/webfonts/fa-solid-900.woff2"
ICON_RULE = re.compile(r'((?:\.fa-[a-z-]+:before,?)+)\{content:"\\([0-9a-f]+)"\}')

DESIGN = {"sphinx-design": 'class="sd-', "design-tabs": 'class="sd-tab-'}  # files, and the markup that needs them

LIGHTER = (
    # Icons come from the theme's font, of which `cut_icons` leaves those in use; the script holds two thousand.
    (r"<script[^>]*/fontawesome\.js[^>]*></script>", ""),
    # scripts/search.js fetches what a search needs when somebody begins one.
    (r"<script[^>]*/(searchtools|language_data|searchindex)\.js[^>]*></script>", ""),
)
MENDED = (
    # The site's name stands outside of every landmark.
    (r'<div id="pst-primary-sidebar"', '<div id="pst-primary-sidebar" role="navigation" aria-label="Course"'),
    # Readers who speak to their computer say the words on a control, so its name must not differ from them.
    (r'(<button class="btn search-button-field[^>]*) title="[^"]*" aria-label="[^"]*"', r"\1"),
    (r'<summary aria-label="Toggle hidden content">', "<summary>"),
    # Each heading but a card's is a link of the page's contents, too: the Tab key need not stop at both.
    (r'<a class="headerlink"', '<a class="headerlink" tabindex="-1"'),
    # Icons are pictures of what their buttons say.
    (r'<(i|span) (class="[^"]*\bfa-solid\b)', r'<\1 aria-hidden="true" \2'),
)


def edited(markup: str, edits: Iterable[tuple[str, str]]) -> Markup:
    for pattern, replacement in edits:
        markup = re.sub(pattern, replacement, markup)
    return Markup(markup)


def add_filters(app: Sphinx) -> None:
    filters = app.builder.templates.environment.filters
    filters["lighter"] = lambda markup: edited(markup, LIGHTER)
    filters["mended"] = lambda markup: edited(markup, MENDED)


def cut_unused(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Load the files of sphinx-design only in pages with parts that need them."""
    unused = [name for name, part in DESIGN.items() if part not in context.get("body", "")]
    for kind in ("css_files", "script_files"):
        context[kind] = [file for file in context[kind] if not any(name in str(file.filename) for name in unused)]


def add_filter(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Load the script of the filter in pages with something to filter."""
    if 'class="filtered' in context.get("body", "") or 'class="glossary"' in context.get("body", ""):
        app.add_js_file("filter.js", loading_method="defer")


def add_version(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document | None) -> None:
    """Add the course's version, and the address for reports of mistakes, to a page's footer."""
    context["version_of_course"] = metadata.version("image-classifier-from-scratch")
    repository = Course.installed().repository_url
    context["repository"] = repository
    context["report"] = f"{repository}/issues/new?{urlencode({'title': f'Mistake on the page {page}'})}"


def cut_icons(app: Sphinx, error: Exception | None) -> None:
    """Reduce the theme's icon font to the icons in use by the pages and the theme's own rules."""
    site = Path(app.outdir)
    if error or not (site / ICON_FONT).is_file():
        return
    styles = "".join(path.read_text("utf-8") for path in sorted((site / "_static" / "styles").glob("*.css")))
    pages = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    named = {f".{name}:before" for name in re.findall(r"\bfa-[a-z-]+", pages)}
    codes = {code for selectors, code in ICON_RULE.findall(styles) if named & set(selectors.split(","))}
    codes |= set(re.findall(r'--pst-icon[\w-]*:"\\(\w+)"', styles))
    options = subset.Options(flavor="woff2")
    font = subset.load_font(str(site / ICON_FONT), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[int(code, 16) for code in codes])
    cutter.subset(font)
    subset.save_font(font, str(site / ICON_FONT), options)


# What the theme makes stops of the Tab key, one by one, with the page laid out anew for each, folded parts included.
TAB_STOPS = re.compile(r'\["pre",[^\]]*\]')


def leave_tab_stops(app: Sphinx, error: Exception | None) -> None:
    """Let the theme's script find none of what scripts/keyboard.js makes stops of the Tab key."""
    script = Path(app.outdir) / "_static" / "scripts" / "pydata-sphinx-theme.js"
    if not error and script.is_file():
        script.write_text(TAB_STOPS.sub('["[hidden=none]"]', script.read_text("utf-8")), "utf-8")


STYLE_SHEETS = ("pydata-sphinx-theme.css", "sphinx-book-theme.css")
NAME = re.compile(r"[.#](-?[A-Za-z_][\w-]*)")  # of a class or an element, in a selector


def cut_styles(app: Sphinx, error: Exception | None) -> None:
    """Reduce the theme's style sheets to the rules for what is in a page, or can be put there by a script."""
    site = Path(app.outdir)
    sheets = [path for name in STYLE_SHEETS if (path := site / "_static" / "styles" / name).is_file()]
    if error or not sheets:
        return
    pages = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    named = " ".join(re.findall(r'(?:class|id)="([^"]*)"', pages))
    scripts = " ".join(path.read_text("utf-8") for path in site.rglob("*.js"))
    names = set(re.findall(r"[\w-]+", f"{named} {scripts}"))
    for sheet in sheets:
        rules = tinycss2.parse_stylesheet(sheet.read_text("utf-8"), skip_comments=True, skip_whitespace=True)
        sheet.write_text(without_unused(rules, names), "utf-8")


def without_unused(rules: Iterable[Any], names: set[str]) -> str:
    """Return rules of CSS without selectors that need a class or an id that is not among these names."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in selectors_of(rule.prelude) if names.issuperset(NAME.findall(one))]
            if selectors:
                kept.append(f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            within = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if inner := without_unused(within, names):
                kept.append(f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}")
        else:
            kept.append(rule.serialize())
    return "".join(kept)


def selectors_of(prelude: Iterable[Any]) -> list[str]:
    """Return the selectors of a list: its commas, but for those in brackets, part them."""
    parts = groupby(prelude, key=lambda token: token == ",")
    return [tinycss2.serialize(list(part)).strip() for is_comma, part in parts if not is_comma]


def setup(app: Sphinx) -> None:
    # As docutils writes a reference, without its role: `doc-biblioentry` is deprecated.
    add_element(app, nodes.citation, "div", "citation", override=True)
    app.connect("builder-inited", add_filters)
    app.connect("html-page-context", add_filter)
    app.connect("html-page-context", add_version)
    app.connect("html-page-context", cut_unused, priority=900)  # after all who add files of their own
    app.connect("build-finished", cut_icons)
    app.connect("build-finished", cut_styles)
    app.connect("build-finished", leave_tab_stops)
