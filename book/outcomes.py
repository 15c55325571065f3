"""The directive `outcomes`: for each chapter what a student can do after it, what they write in it, and its time.

:::{outcomes}
1-approximation: Say what the theorem promises and what it does not.
:::
"""

from __future__ import annotations

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book.chapters import chapters, note_chapters
from book.opening import time_of


class OutcomesDirective(SphinxDirective):
    has_content = True

    def run(self) -> list[nodes.Node]:
        note_chapters(self.env)
        said = outcomes_of("\n".join(self.content))
        lines = ["| Chapter | Afterwards a student can | Time and points |", "|:---|:---|:---|"]
        for chapter in chapters():
            time = f"{time_of(chapter)}; {chapter.points} points"
            lines.append(f"| [{chapter.title}]({chapter.path.name}) | {said[chapter.assignment]} | {time} |")
        block = nodes.container()
        self.state.nested_parse(StringList(lines, self.get_source_info()[0]), self.content_offset, block)
        return block.children


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
