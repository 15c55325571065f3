"""Verdicts as HTML. Everything that a student wrote is escaped by the template."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from autograder.reports.text import diagnosis_rows, offers_hint, progress_headline, result_word, unseen_points

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from autograder.reports.progress import Progress
    from autograder.verdicts import Verdict


@cache
def environment(*folders: Path) -> Environment:
    """Return the templates of this folder and of others, with escaping on."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined

    from autograder.look import style_sheet

    made = Environment(
        loader=ChoiceLoader([*map(FileSystemLoader, folders), PackageLoader("autograder", "reports")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals["palette"] = style_sheet()
    return made


def render(template: str, **values: Any) -> str:
    """Return a template of this folder with its values in place."""
    return environment().get_template(template).render(**values)


def checks_table(exercise: str, verdicts: Sequence[Verdict], hint: int = 1) -> str:
    """Return the checks of one exercise as a table; words and not colours tell what passed."""
    rows = [
        {
            "title": verdict.check.title,
            "result": result_word(verdict),
            "diagnosis": diagnosis_rows(verdict, hint),
        }
        for verdict in verdicts
    ]
    return render(
        "checks.html.j2",
        exercise=exercise,
        rows=rows,
        passed=sum(verdict.passed for verdict in verdicts),
        offers_hint=offers_hint(verdicts, hint),
    )


def progress_card(progress: Progress) -> str:
    """Return how far an assignment is as a card; words and not colours tell what is done."""
    return render(
        "progress.html.j2",
        progress=progress,
        headline=progress_headline(progress),
        unseen=unseen_points(progress),
    )
