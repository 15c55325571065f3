"""The table of known mistakes for instructors: `{known-mistakes} layers` runs the checks of a room on each of them."""

from collections.abc import Mapping, Sequence

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.course import Course
from autograder.mistakes import Mistake
from book.exercises import counted
from book.judged import JudgedMistake, judged_mistakes


class KnownMistakesDirective(SphinxDirective):
    """For each exercise a table that unfolds: what the mistake is, and which checks catch it."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        room = self.arguments[0]
        known = {mistake.id: mistake for mistake in Course.installed().mistakes(room)}
        by_exercise: dict[str, list[JudgedMistake]] = {}
        for judged in judged_mistakes()[room]:
            by_exercise.setdefault(known[judged.id].exercise, []).append(judged)
        return [self.headline(by_exercise), *(self.folded(*each, known) for each in by_exercise.items())]

    def headline(self, by_exercise: Mapping[str, Sequence[JudgedMistake]]) -> nodes.paragraph:
        judged = [mistake for mistakes in by_exercise.values() for mistake in mistakes]
        unnamed = [mistake.id for mistake in judged if not mistake.named]
        told = f"all but {', '.join(unnamed)} are" if unnamed else "each of them is"
        return nodes.paragraph("", f"{len(judged)} mistakes; {told} caught and named.")

    def folded(self, exercise: str, mistakes: Sequence[JudgedMistake], known: Mapping[str, Mistake]) -> nodes.container:
        lines = [":::{list-table}", ":header-rows: 1", ":widths: 70 30", ":class: known-mistakes", ""]
        lines += ["* - Mistake", "  - Caught by"]
        for judged in mistakes:
            lines += [f"* - {known[judged.id].says} `{judged.id}`", f"  - {', '.join(judged.caught_by)}"]
        block = nodes.container(classes=["filtered"])
        summary = f"<details><summary><code>{exercise}</code>, {counted(len(mistakes), 'mistake')}</summary>"
        block += nodes.raw("", summary, format="html")
        self.state.nested_parse(StringList([*lines, ":::"], self.get_source_info()[0]), self.content_offset, block)
        block += nodes.raw("", "</details>", format="html")
        return block


def setup(app: Sphinx) -> None:
    app.add_directive("known-mistakes", KnownMistakesDirective)
