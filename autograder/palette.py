"""The look of the course: one palette for its pages and figures, and figures that follow a page's theme."""

import re
from html import escape
from typing import Any

# Each colour by the name of its CSS variable: on a light ground, and on a dark one. Those of figures are apart for a
# colour-blind reader too, and each of them but the line at least 3:1 against the ground.
PALETTE = {
    "figure-ground": ("#fffefb", "#15181e"),
    "figure-ink": ("#22262f", "#e6e3dc"),
    "figure-quiet": ("#5f6571", "#a3a9b4"),
    "figure-line": ("#dfdbd0", "#333944"),
    "figure-blue": ("#0a6a9f", "#6db9ec"),
    "figure-orange": ("#bf4b08", "#ff9d5c"),
    "figure-green": ("#0b7a5a", "#4fcfa4"),
    "figure-purple": ("#9a3f7c", "#ef9ccb"),
    "figure-gold": ("#8d6a00", "#e2bd52"),
    "card": ("#f6f3ea", "#1d2129"),
    "card-edge": ("#dfdacb", "#363c48"),
    "code": ("#f6f3ea", "#1b1f26"),
    "code-edge": ("#e6e1d4", "#303641"),
    "exercise": ("#0a6a9f", "#8cc9f2"),
    "question": ("#8a3b12", "#ffb083"),
    "written": ("#0b6b50", "#74d9b5"),
    "pst-color-on-background": ("#fffefb", "#1b1f26"),
    "pst-color-text-muted": ("#565c68", "#aab0bb"),
    "pst-color-heading": ("#14171d", "#f6f3ec"),
    "pst-color-link": ("#075a88", "#8cc9f2"),
    "pst-color-target": ("#fbf0c9", "#453c1c"),
}
# The colours of figures; a page replaces each by the variable.
COLOURS = {name.removeprefix("figure-"): light for name, (light, _) in PALETTE.items() if name.startswith("figure-")}

STYLE: dict[Any, Any] = {  # keys that matplotlib lists one by one
    "figure.figsize": (7, 3.6),
    "figure.facecolor": COLOURS["ground"],
    "savefig.facecolor": COLOURS["ground"],
    "axes.facecolor": COLOURS["ground"],
    "axes.edgecolor": COLOURS["quiet"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.titlecolor": COLOURS["ink"],
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelpad": 10,  # a page on a telephone shows words larger
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": f"cycler(color={[COLOURS[name] for name in ('blue', 'orange', 'green', 'purple', 'gold')]})",
    "axes.grid": True,
    "grid.color": COLOURS["line"],
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["quiet"],
    "ytick.color": COLOURS["quiet"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "legend.frameon": False,
    "legend.labelspacing": 0.7,
    "lines.linewidth": 2,
    "image.cmap": "gray",
    "image.interpolation": "none",
    "svg.fonttype": "none",  # words stay words: they can be searched and take the page's typeface
    "svg.hashsalt": "course",  # the same figure is the same file
}

SVG = re.compile(r"<svg.*</svg>", re.S)


def style_sheet(light: str = ":root", dark: str = "") -> str:
    """Return the palette as CSS variables, by the selectors of light and dark elements.

    Without a selector for dark, the light elements turn dark on the screen of a reader who prefers that.
    """

    def rule(selector: str, theme: int) -> str:
        variables = (f"  --{name}: {colours[theme]};\n" for name, colours in PALETTE.items())
        return f"{selector} {{\n{''.join(variables)}}}\n"

    in_the_dark = rule(dark, 1) if dark else f"@media screen and (prefers-color-scheme: dark) {{\n{rule(light, 1)}}}\n"
    return rule(light, 0) + in_the_dark


def themed(svg: str, alt: str, prefix: str) -> str:
    """Return the markup of an SVG file for a page, with a text alternative and a prefix that makes its ids unique."""
    match = SVG.search(svg)
    if match is None:
        raise ValueError("not an SVG file")
    body = re.sub(r"<metadata>.*?</metadata>", "", match[0], flags=re.S)
    body = re.sub(r'\b(id=")', rf"\1{prefix}", body)
    body = re.sub(r"(url\(#|href=\"#)", rf"\1{prefix}", body)
    for name, colour in COLOURS.items():
        body = re.sub(re.escape(colour), f"var(--figure-{name})", body, flags=re.I)
    label = escape(alt, quote=True)
    return body.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
