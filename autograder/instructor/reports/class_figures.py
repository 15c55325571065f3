"""The figures of a class report as SVG that takes the colours of the page, each with its text alternative."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from autograder.instructor.marks import number
from autograder.instructor.reports.class_statistics import Spread

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 14, 44
DOT = 'fill="var(--figure-orange)" stroke="var(--figure-ground)" stroke-width="2"'
ROUND = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500)


def histogram(marks: Spread, largest: float) -> Markup:
    """Return the number of students by points; the median is marked."""
    top = max(count for *_, count in marks.bins)
    end = max(largest, marks.bins[-1][1])
    height, width = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT

    def x(points: float) -> float:
        return LEFT + width * points / end

    def y(count: float) -> float:
        return TOP + height * (1 - count / top)

    parts = [_line(LEFT, y(count), WIDTH - RIGHT, y(count), "line") for count in _ticks(top)]
    parts += [_text(LEFT - 8, y(count) + 5, str(count), "end") for count in _ticks(top)]
    for low, high, count in marks.bins:
        if count:
            bar = f'x="{x(low) + 1:.1f}" y="{y(count):.1f}" width="{x(high) - x(low) - 2:.1f}"'
            parts.append(f'<rect {bar} height="{y(0) - y(count):.1f}" fill="var(--figure-blue)"/>')
    parts += [_text(x(points), HEIGHT - BOTTOM + 18, number(points), "middle") for points in _ticks(end)]
    parts.append(_line(x(marks.median), TOP - 8, x(marks.median), y(0), "ground", ' stroke-width="6"'))
    parts.append(_line(x(marks.median), TOP - 8, x(marks.median), y(0), "orange", ' stroke-width="2"'))
    parts.append(_text(LEFT + width / 2, HEIGHT - 4, "points", "middle"))
    counts = "; ".join(f"{number(low)} to {number(high)} points: {count}" for low, high, count in marks.bins if count)
    return _svg(f"Students by points. {counts}. The median, {number(marks.median)}, is marked.", parts, HEIGHT)


def progress(assignments: Sequence[tuple[str, Spread]]) -> Markup:
    """Return the median share of points, 0 to 1, by assignment, with the middle half of the class and its extremes."""
    row, left = 34, 150
    height = row * len(assignments) + 30

    def x(share: float) -> float:
        return left + (WIDTH - left - RIGHT - 20) * share

    parts = [_line(x(share), 4, x(share), height - 26, "line") for share in (0, 0.25, 0.5, 0.75, 1)]
    parts += [_text(x(share), height - 8, f"{share:.0%}", "middle") for share in (0, 0.25, 0.5, 0.75, 1)]
    alternatives = []
    for at, (name, shares) in enumerate(assignments):
        least, lower, median, upper, most = shares.five
        y = 4 + row * at + row / 2
        parts.append(_text(left - 12, y + 5, name if len(name) < 19 else name[:17] + "…", "end"))
        parts.append(_line(x(least), y, x(most), y, "quiet"))
        box = f'x="{x(lower):.1f}" y="{y - 8:.1f}" width="{max(2.0, x(upper) - x(lower)):.1f}" height="16"'
        parts.append(f'<rect {box} fill="var(--figure-blue)"/>')
        parts.append(f'<circle cx="{x(median):.1f}" cy="{y:.1f}" r="5" {DOT}/>')
        alternatives.append(f"{name}: half of the class from {lower:.0%} to {upper:.0%}, median {median:.0%}")
    return _svg(f"Shares of the points by assignment. {'; '.join(alternatives)}.", parts, height)


def _ticks(largest: float) -> list[int]:
    """Return four or five round numbers from 0 on."""
    step = next((step for step in ROUND if largest / step <= 5), max(1, int(largest / 5)))
    return list(range(0, int(largest) + 1, step))


def _svg(alt: str, parts: Sequence[str], height: float) -> Markup:
    label = escape(alt, quote=True)
    body = "".join(parts)
    return Markup(f'<svg role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {height:.0f}">{body}</svg>')


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="var(--figure-{colour})"{more}/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="var(--figure-ink)">{escape(text)}</text>'
