"""The table of known mistakes for instructors: `{known-mistakes} layers` runs the checks of a room on each of them."""

from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.course import Course
from autograder.instructor.reports.catalogue import CaughtMistake, caught_mistakes


class KnownMistakesDirective(SphinxDirective):
    """A table: what the mistake is, which checks catch it, and whether they name it."""

    required_arguments = 1
    option_spec: ClassVar = {}

    def run(self) -> list[nodes.Node]:
        room = self.arguments[0]
        found = caught_mistakes(Course.installed(), room)
        lines = [f"{len(found)} mistakes; {sum(caught.named for caught in found)} of them are caught and named.", ""]
        lines += [":::{list-table}", ":header-rows: 1", ":widths: 18 46 28 8", ":class: known-mistakes", ""]
        lines += ["* - Exercise", "  - Mistake", "  - Caught by", "  - Named"]
        for caught in found:
            lines += row(caught)
        block = nodes.container()
        self.state.nested_parse(StringList([*lines, ":::"], self.get_source_info()[0]), self.content_offset, block)
        return block.children


def row(caught: CaughtMistake) -> list[str]:
    """Return a row of the table as Markdown."""
    checks = ", ".join(f"{check.name}{' (hidden)' if check.hidden else ''}" for check in caught.caught_by)
    what = f"{caught.mistake.says} `{caught.mistake.id}`"
    return [
        f"* - {caught.mistake.exercise}",
        f"  - {what}",
        f"  - {checks}",
        f"  - {'yes' if caught.named else 'no'}",
    ]


def setup(app: Sphinx) -> None:
    app.add_directive("known-mistakes", KnownMistakesDirective)
