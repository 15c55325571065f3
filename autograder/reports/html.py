"""Verdicts as HTML. The templates escape all text of students."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.judge.verdicts import Verdict
from autograder.notebooks.progress import Progress
from autograder.reports.text import (
    check_rows,
    checks_headline,
    first_hints,
    offers_hint,
    progress_headline,
    unseen_points,
)
from autograder.sections import Section

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
# Invisible in a page, but obeyed: by a terminal that prints the file, all control characters but tab and line ends; by
# a browser, those that turn the direction of a text round, after which it reads otherwise than it is.
TURNS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
CONTROLS = dict.fromkeys([*(set(range(0x20)) - set(map(ord, "\t\n\r"))), *range(0x7F, 0xA0), *TURNS], "�")


def section_link(section: Section, *, live: bool = False) -> Markup:
    """Return a section as HTML, with a link if it has an address.

    If ``live``, it is shown in the notebook that has the section, and links to the heading there.
    """
    from markupsafe import Markup

    if section.address:
        return Markup('<a href="{}">{}</a>').format(section.address, section.title)
    if live:
        return Markup('<a href="{}">{}</a>, in this notebook').format(section.anchor, section.title)
    return Markup("{}").format(str(section))


def code_marks(text: str) -> Markup:
    """Return a sentence as HTML, with text between backticks as code."""
    from markupsafe import Markup

    parts = [Markup("<code>{}</code>" if at % 2 else "{}").format(part) for at, part in enumerate(text.split("`"))]
    return Markup().join(parts)


@cache
def environment(*folders: Path) -> Environment:
    """Return the templates of some folders and of this one, with escaping on."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from autograder.palette import COLOURS, style_sheet

    made = Environment(
        loader=FileSystemLoader([*folders, HERE]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals |= {"palette": style_sheet(), "colours": COLOURS}
    made.filters |= {"section_link": section_link, "code_marks": code_marks}
    return made


def render(template: Path, **values: Any) -> str:
    """Render a template, which can extend those of this folder, and drop control characters."""
    return environment(template.parent).get_template(template.name).render(**values).translate(CONTROLS)


def checks_table(
    exercise: str,
    verdicts: Sequence[Verdict],
    hint: int = 1,
    *,
    what: str = "",
    notes: Sequence[str] = (),
    printed: str = "",
) -> str:
    """Return the checks of one exercise as a table; words and not colours tell which passed.

    Args:
        hint: 2 for a second look.
        what: the exercise in the headline, if not by its name alone.
        notes: sentences above the table.
        printed: output of the student's code.
    """
    rows = check_rows(verdicts, hint)
    # Passed checks without a comment are folded if there is anything else to read.
    folded = [row.title for row in rows if row.result == "passed" and not row.comments]
    folds = len(folded) < len(rows) and len(folded) > 1
    return render(
        HERE / "checks.html.j2",
        headline=checks_headline(what or exercise, verdicts),
        exercise=exercise,
        rows=[row for row in rows if not folds or row.title not in folded],
        folded=folded if folds else [],
        notes=notes,
        begin=first_hints(verdicts, hint),
        printed=printed,
        offers_hint=offers_hint(verdicts, hint),
    )


def progress_card(progress: Progress) -> str:
    """Return progress as a card; words and not colours tell which exercises are done."""
    return render(
        HERE / "progress.html.j2",
        progress=progress,
        headline=progress_headline(progress),
        unseen=unseen_points(progress),
    )
