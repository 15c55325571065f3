"""The typefaces of the book, and what text is set in until they have arrived.

A page is shown at once. Where the book's typefaces are not there within a tenth of a second, it stays as it is, and the
next page has them (`font-display: optional`). To set it anew would move it under the eyes of a reader with a slow line,
however well the stand-in fits: in every few paragraphs a line breaks elsewhere.

Until then a page is read in a typeface of the reader's machine, scaled until a letter is on average as wide as the
book's, and given its ascent and descent (`size-adjust`, `ascent-override` and `descent-override` of CSS Fonts Module
Level 5). So nothing in it outgrows its place, though Source Sans is a narrow typeface.

Widths are means over the letters of English text, those of @capsizecss/metrics 4.3; DejaVu's are measured in the same
way. A face that a machine lacks is passed over there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

DISPLAY = "font-display: optional"
WAITING = "font-display: block"  # until a typeface is there, for what is not read while it loads: a PDF, a picture
BOLD_FROM = 550  # weights from here are nearer to bold than to regular
# The files hold only four superscripts, and those of a formula have to come from one typeface.
LATIN = "U+0-B1, U+B4-B8, U+BA-2073, U+2075-FFFF"


class Faces(NamedTuple):
    """Mean widths of a letter, in thousandths of the type's size."""

    upright: int
    bold: int
    italic: int


@dataclass(frozen=True)
class StandIn:
    """A typeface that systems come with: the full names of its faces, as `local()` asks for them, and their widths."""

    family: str
    widths: Faces
    names: tuple[str, str, str]


@dataclass(frozen=True)
class Typeface:
    """A family that the site brings along, from one npm package.

    Args:
        ascent: Height above the line, as a share of the type's size.
        descent: Depth below the line, as a share of the type's size.
        unicode_range: The characters that are taken from it, if not all that it holds.
    """

    family: str
    package: str
    styles: tuple[str, ...]
    ascent: float
    descent: float
    widths: Faces
    stand_ins: tuple[StandIn, ...]
    unicode_range: str = ""

    def file(self, style: str) -> str:
        return f"{self.package}-latin-wght-{style}.woff2"


def _stand_in(family: str, *widths: int, regular: str = "", italic: str = "Italic") -> StandIn:
    names = (f"{family} {regular}".strip(), f"{family} Bold", f"{family} {italic}")
    return StandIn(family, Faces(*widths), names)


TYPEFACES = (
    Typeface(
        "Source Serif", "source-serif-4", ("normal", "italic"), 1.036, 0.335, Faces(479, 494, 441),
        (
            _stand_in("Georgia", 446, 519, 455),
            _stand_in("Noto Serif", 481, 512, 469, regular="Regular"),
            _stand_in("DejaVu Serif", 523, 575, 519),
            _stand_in("Times New Roman", 406, 433, 408),
            _stand_in("Liberation Serif", 406, 433, 408),
        ),
        LATIN,
    ),
    Typeface(
        "Source Sans", "source-sans-3", ("normal", "italic"), 1.024, 0.4, Faces(418, 443, 408),
        (
            _stand_in("Roboto", 445, 452, 433, regular="Regular"),
            _stand_in("Segoe UI", 443, 475, 434),
            _stand_in("Helvetica Neue", 450, 480, 448),
            _stand_in("DejaVu Sans", 516, 582, 512, italic="Oblique"),
            _stand_in("Arial", 446, 480, 446),
            _stand_in("Liberation Sans", 446, 480, 446),
        ),
        LATIN,
    ),
    Typeface(
        "Source Code", "source-code-pro", ("normal",), 0.984, 0.273, Faces(600, 600, 600),
        (_stand_in("Consolas", 550, 550, 550),),
    ),
)  # fmt: skip


def family(typeface: Typeface) -> str:
    """Return the value of `font-family` that asks for a typeface, and for its stand-ins until it is there."""
    return ", ".join(f'"{name}"' for name in (typeface.family, *(_as(one, typeface) for one in typeface.stand_ins)))


def waiting(style_sheet: str) -> str:
    """Return a style sheet that shows no text before its typeface is there."""
    return style_sheet.replace(DISPLAY, WAITING)


def font_faces() -> str:
    """Return the rules `@font-face` of all typefaces and their stand-ins."""
    return "\n".join(rule for typeface in TYPEFACES for rule in (*_own(typeface), *_until_then(typeface)))


def _as(stand_in: StandIn, typeface: Typeface) -> str:
    return f"{stand_in.family} as {typeface.family}"


def _own(typeface: Typeface) -> list[str]:
    rest = f" unicode-range: {typeface.unicode_range};" if typeface.unicode_range else ""
    return [
        f'@font-face {{ font-family: "{typeface.family}"; font-weight: 200 900; font-style: {style}; {DISPLAY};'
        f' src: url("fonts/{typeface.file(style)}") format("woff2");{rest} }}'
        for style in typeface.styles
    ]


def _until_then(typeface: Typeface) -> list[str]:
    return [
        _scaled(typeface, stand_in, name, weights, style, own / theirs)
        for stand_in in typeface.stand_ins
        for name, (weights, style), own, theirs in zip(
            stand_in.names,
            ((f"200 {BOLD_FROM - 1}", "normal"), (f"{BOLD_FROM} 900", "normal"), ("200 900", "italic")),
            typeface.widths,
            stand_in.widths,
            strict=True,
        )
    ]


def _scaled(typeface: Typeface, stand_in: StandIn, name: str, weights: str, style: str, scale: float) -> str:
    return (
        f'@font-face {{ font-family: "{_as(stand_in, typeface)}"; font-weight: {weights}; font-style: {style};'
        f' src: local("{name}"); size-adjust: {scale:.2%};'
        f" ascent-override: {typeface.ascent / scale:.2%}; descent-override: {typeface.descent / scale:.2%};"
        " line-gap-override: 0%; }"
    )
