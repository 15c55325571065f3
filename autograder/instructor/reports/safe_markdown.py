"""Show a student's Markdown on a page: formulas as formulas, markup and scripts as text."""

import re
from html import escape, unescape
from xml.etree import ElementTree

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.reports.html import CONTROLS

MAX_FORMULA = 2000  # characters
MAX_MARKDOWN = 20_000  # characters
# nbconvert looks for the end of each of these up to the text's end.
BEGINNING = re.compile(r"\\\\[(\[]|\\begin\{")
MAX_BEGINNINGS = 200
FORMULA_LAYOUT = {
    *("accent", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form", "linethickness"),
    *("mathvariant", "movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy", "width"),
}


def formula(tex: str, *, block: bool = False) -> str | None:
    """Return TeX as a ``math`` element, or None for a text that is no formula, which is shown as it was typed.

    Browsers show MathML by themselves, without a script and without a network. A student's formula shows something and
    does nothing: the library passes markup, links and styles on; here all text is escaped, and of the attributes only
    those that lay a formula out remain.
    """
    from latex2mathml.converter import convert_to_element

    if len(tex) > MAX_FORMULA:
        return None
    try:
        root = convert_to_element(tex, display="block" if block else "inline")
    except Exception:  # whatever a student types between two dollars
        return None
    for element in root.iter():
        element.text = unescape(element.text or "").translate(CONTROLS)
        for name in element.attrib.keys() - FORMULA_LAYOUT:
            del element.attrib[name]
    return ElementTree.tostring(root, encoding="unicode")


class TextRenderer(IPythonRenderer):  # type: ignore[misc]
    """Renders students' Markdown: markup and scripts appear as text, pictures as their names, formulas as formulas."""

    def __init__(self) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return str(self.text(text))

    def inline_math(self, body: str) -> str:
        is_price = body != body.strip()  # as in "between $5 and $6"
        return (not is_price and formula(body)) or str(super().inline_math(body))

    def block_math(self, body: str) -> str:
        return formula(body, block=True) or str(super().block_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        tex = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return formula(tex, block=True) or str(super().latex_environment(name, body))


def markdown_as_text(source: str, renderer: type[TextRenderer] = TextRenderer) -> str:
    """Return Markdown as HTML that does nothing but show it.

    What would take long to read, with the square of its length, is shown as it was typed: meanwhile nobody could mark.
    """
    if len(source) > MAX_MARKDOWN or len(BEGINNING.findall(source)) > MAX_BEGINNINGS:
        return f"<pre>{escape(source)}</pre>"
    return str(MarkdownWithMath(renderer=renderer()).render(source))
