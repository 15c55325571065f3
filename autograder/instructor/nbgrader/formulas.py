"""Formulas as MathML, which browsers show by themselves, without a script and without a network.

Defends: a student's formula shows something and does nothing. The library passes markup, links and styles of a formula
on; here all text is escaped, and of the attributes only those that lay a formula out remain.
"""

from __future__ import annotations

from html import unescape
from xml.etree import ElementTree

from autograder.reports.html import CONTROLS

MAX_CHARACTERS = 2000
LAYOUT = {
    *("accent", "columnalign", "columnspacing", "display", "displaystyle", "fence", "form", "linethickness"),
    *("mathvariant", "movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy", "width"),
}


def formula(tex: str, *, block: bool = False) -> str | None:
    """Return TeX as a ``math`` element; None for a text that is no formula, which is shown as it was typed."""
    from latex2mathml.converter import convert_to_element

    if len(tex) > MAX_CHARACTERS:
        return None
    try:
        root = convert_to_element(tex, display="block" if block else "inline")
    except Exception:  # whatever a student types between two dollars
        return None
    for element in root.iter():
        element.text = unescape(element.text or "").translate(CONTROLS)
        for name in element.attrib.keys() - LAYOUT:
            del element.attrib[name]
    return ElementTree.tostring(root, encoding="unicode")
