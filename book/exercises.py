"""An `exercise` cell of a chapter, shown as a card: number, points, stub, and what is checked.

The cell holds `from solutions.layers import Linear` and nothing else. The kernel that builds the book runs it; the
reader sees the stub, which is cut from the same file, so that the two cannot differ and the solution stays out.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxTranslator

from autograder.checks import Check, checks_of
from autograder.exercises import Exercise, exercises_of

IMPORT = re.compile(r"from solutions\.(?P<room>\w+) import (?P<name>\w+)\s*")
SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"


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
            cell.replace_self(card)

    def exercise_in(self, cell: nodes.Element) -> Exercise:
        source = next(cell.findall(nodes.literal_block)).astext()
        match = IMPORT.fullmatch(source)
        if match is None:
            raise ExtensionError(f"{self.env.docname}: an exercise cell holds one import and nothing else:\n{source}")
        room, name = match["room"], match["name"]
        text = (SOLUTIONS / f"{room}.py").read_text(encoding="utf-8")
        for exercise in exercises_of(room, text):
            if exercise.name == name:
                return exercise
        raise ExtensionError(f"{self.env.docname}: solutions/{room}.py has no exercise {name!r}")


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
    card += nodes.literal_block(exercise.stub, exercise.stub, language="python", classes=["exercise-stub"])
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


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def setup(app: Sphinx) -> None:
    app.add_node(exercise_card, html=(visit_card, depart_card))
    app.add_node(card_heading, html=(visit_heading, depart_heading))
    app.add_transform(ExerciseCards)
