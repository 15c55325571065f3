"""The directive `outcomes`: for each chapter what a student can do after it, what they write in it, and its time.

:::{outcomes}
1-approximation: Say what the theorem promises and what it does not.
:::
"""

from __future__ import annotations

import yaml
from sphinx.application import Sphinx

from book.chapters import chapters
from book.opening import time_of
from book.tables import Table


class OutcomesDirective(Table):
    has_content = True
    columns = ("Chapter", "Afterwards a student can", "Time and points")
    widths = (20, 55, 25)

    def rows(self) -> list[tuple[str, ...]]:
        said = outcomes_of("\n".join(self.content))
        return [
            (
                f"[{chapter.title}]({chapter.path.name})",
                said[chapter.assignment],
                f"{time_of(chapter)}; {chapter.points} points",
            )
            for chapter in chapters()
        ]


def outcomes_of(content: str) -> dict[str, str]:
    """Return what is said of each chapter, by assignment.

    Raises:
        LookupError: a chapter is left out, or something else is named.
    """
    said: dict[str, str] = yaml.safe_load(content)
    differing = said.keys() ^ {chapter.assignment for chapter in chapters()}
    if differing:
        raise LookupError(f"the outcomes of {', '.join(sorted(differing))} are left out, or are those of no chapter")
    return said


def setup(app: Sphinx) -> None:
    app.add_directive("outcomes", OutcomesDirective)
