"""An `exercise` cell of a chapter, shown as a card: number, points, stub, and what is checked.

The cell holds `from solutions.layers import Linear` and nothing else. The kernel that builds the book runs it; the
reader sees the stub, which is cut from the same file, so that the two cannot differ and the solution stays out.
"""

import re
import textwrap
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator

from autograder.checks import Check, checks_of
from autograder.exercises import Exercise
from autograder.reference import Course
from book.chapters import chapter_of

WIDTH = 72  # columns of a docstring
CODE_WIDTH = 77  # columns that the page has room for
FILLED = 95  # a docstring's line of this length was broken by its author and goes on in the next


class exercise_card(nodes.General, nodes.Element):
    """One exercise: a heading, its stub, and its checks."""


class card_heading(nodes.General, nodes.TextElement):
    """The name of the exercise, as a heading that is not a section: the themes' rubric is only a paragraph."""


def visit_card(translator: SphinxTranslator, node: exercise_card) -> None:
    translator.body.append(translator.starttag(node, "section", CLASS="exercise-card"))


def depart_card(translator: SphinxTranslator, node: exercise_card) -> None:
    translator.body.append("</section>\n")


def visit_heading(translator: SphinxTranslator, node: card_heading) -> None:
    translator.body.append(translator.starttag(node, "h3", "", CLASS="card-title"))


def depart_heading(translator: SphinxTranslator, node: card_heading) -> None:
    translator.body.append("</h3>\n")


class ExerciseCards(SphinxTransform):
    """Put a card in the place of each `exercise` cell, and number the cards within the chapter."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        chapter = Path(self.env.docname).name.partition("-")[0]
        cells = [cell for cell in self.document.findall(nodes.container) if "tag_exercise" in cell["classes"]]
        for position, cell in enumerate(cells, start=1):
            exercise = self.exercise_in(cell)
            card = exercise_nodes(exercise, f"{chapter}.{position}", checks_of(exercise.room, exercise.name))
            domain = self.env.get_domain("std")
            assert isinstance(domain, StandardDomain)
            title = f"Exercise {chapter}.{position}: {exercise.name}"
            domain.anonlabels[card["ids"][0].lower()] = self.env.docname, card["ids"][0]
            domain.labels[card["ids"][0].lower()] = self.env.docname, card["ids"][0], title
            domain.note_object("exercise", exercise.name, card["ids"][0], location=card)
            cell.replace_self(card)

    def exercise_in(self, cell: nodes.Element) -> Exercise:
        source = next(cell.findall(nodes.literal_block)).astext()
        try:
            return Course.installed().exercise_in(chapter_of(self.env.docname), source)
        except (LookupError, ValueError) as error:
            raise ExtensionError(str(error)) from error


def exercise_nodes(exercise: Exercise, number: str, checks: list[Check]) -> exercise_card:
    """Return the card of an exercise.

    Args:
        exercise: what is shown; of its source only the stub.
        number: its number in the book, such as ``2.1``.
        checks: what it is checked for, in order.
    """
    anchor = f"exercise-{exercise.id}"
    card = exercise_card(ids=[anchor])
    points = sum(check.points for check in checks)
    card += nodes.paragraph("", f"Exercise {number} · {counted(points, 'point')}", classes=["card-kicker"])
    card += card_heading("", "", nodes.literal("", exercise.name))
    stub = narrowed(exercise.stub)
    card += nodes.literal_block(stub, stub, language="python", classes=["exercise-stub"])
    card += nodes.paragraph("", "What is checked", classes=["card-label"])
    items = nodes.bullet_list(classes=["exercise-checks"])
    for check in checks:
        text = nodes.paragraph("", "", nodes.inline("", check.title, classes=["check-title"]))
        if check.hidden:
            text += nodes.inline("", " counts, shown by title only", classes=["check-hidden"])
        text += nodes.inline("", f" {counted(check.points, 'point')}", classes=["check-points"])
        items += nodes.list_item("", text)
    card += items
    return card


def narrowed(source: str) -> str:
    """Break the lines of docstrings anew, and code behind its commas, so that they fit on a page."""
    narrow: list[str] = []
    inside = False
    pending: list[str] = []
    for line in source.splitlines():
        quotes = line.count('"""')
        if inside or quotes:
            if not line.strip():  # the end of a paragraph, however long its last line
                narrow += broken(pending)
                pending = []
            pending.append(line)
            if len(line) < FILLED or quotes == 2 or (inside and quotes):
                narrow += broken(pending)
                pending = []
        else:
            narrow += broken_code(line)
        inside = inside != (quotes == 1)
    return "\n".join(narrow + pending)


def broken(lines: list[str]) -> list[str]:
    """Return the lines of one sentence or entry, joined and broken at the width of the page."""
    if all(len(line) <= WIDTH for line in lines) or ">>>" in lines[0]:
        return lines
    first = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    text = " ".join(line.strip() for line in lines)
    rest = f"{first}    " if re.match(r"\w+: ", text) else first
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False)


def broken_code(line: str) -> list[str]:
    """Return a line of code, broken behind commas: inside a bracket Python takes it the same."""
    indent = " " * (line.index("(") + 1 if "(" in line else len(line) - len(line.lstrip()))
    lines: list[str] = []
    for piece in re.split(r"(?<=,) ", line):
        if lines and len(lines[-1]) + 1 + len(piece) <= CODE_WIDTH:
            lines[-1] += f" {piece}"
        else:
            lines.append(f"{indent}{piece}" if lines else piece)
    return lines


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def setup(app: Sphinx) -> None:
    app.add_node(exercise_card, html=(visit_card, depart_card))
    app.add_node(card_heading, html=(visit_heading, depart_heading))
    app.add_object_type("exercise", "exercise", objname="exercise")  # so that the search finds it by its name
    app.add_transform(ExerciseCards)
