"""Cells as a page shows them: an `exercise` cell as a card with number, points, assignment and checks.

The cell is `from solutions.layers import Linear` and nothing else. The kernel that builds the book runs it; the reader
sees the assignment, set from the docstrings of the stub, which is cut from the same file, and the stub itself, folded.
"""

import ast
import re
import textwrap
from pathlib import Path

from docutils import nodes
from docutils.core import publish_doctree
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.checks import Check, checks_of
from autograder.course import Course
from autograder.exercises import Exercise
from autograder.instructor.releasing.glue import WIDTH, without_glue
from book import add_element
from book.chapters import chapter_of, counted
from book.known_mistakes import wrong_answers_node

HEADER = re.compile(r"(?P<name> *def \w+\()(?P<parameters>.+)(?P<end>\).*:)")


class exercise_card(nodes.General, nodes.Element):
    """One exercise: a heading, its stub, and its checks."""


class folded_stub(nodes.General, nodes.Element):
    """The part that unfolds: the stub as it stands in the notebook."""


class card_heading(nodes.General, nodes.TextElement):
    """The name of the exercise, as a heading without a section: the themes' rubric is only a paragraph."""


class ExerciseCards(SphinxTransform):
    """Replace each `exercise` cell by a card, and number the cards within the chapter."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        chapter = Path(self.env.docname).name.partition("-")[0]
        cells = [cell for cell in self.document.findall(nodes.container) if "tag_exercise" in cell["classes"]]
        for position, cell in enumerate(cells, start=1):
            exercise = self.exercise_in(cell)
            card = exercise_nodes(exercise, f"{chapter}.{position}", checks_of(exercise.room, exercise.name))
            domain = self.env.get_domain("std")
            assert isinstance(domain, StandardDomain)
            title, anchor = f"Exercise {chapter}.{position}: {exercise.name}", card["ids"][0]
            domain.anonlabels[anchor.lower()] = self.env.docname, anchor
            domain.labels[anchor.lower()] = self.env.docname, anchor, title
            domain.note_object("exercise", exercise.name, anchor, location=card)
            cell.replace_self(card)

    def exercise_in(self, cell: nodes.Element) -> Exercise:
        source = next(cell.findall(nodes.literal_block)).astext()
        try:
            return Course.installed().exercise_in(chapter_of(self.env.docname), source)
        except (LookupError, ValueError) as error:
            raise ExtensionError(str(error)) from error


class GivenCells(SphinxTransform):
    """Replace the import in a `given` cell by the code that it names."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        for cell in self.document.findall(nodes.container):
            if "tag_given" in cell["classes"]:
                block = next(cell.findall(nodes.literal_block))
                text = Course.installed().given_in(block.astext())
                block.rawsource, block.children = text, []
                block += nodes.Text(text)


class HideGlue(SphinxPostTransform):
    """Remove the calls of ``glue`` from the code that is shown, and cells in which nothing remains to be shown."""

    default_priority = 15  # after myst-nb has chosen what is shown of an output, before figures are drawn

    def run(self, **kwargs: object) -> None:
        cells = (node for node in self.document.findall(nodes.container) if node.get("nb_element") == "cell_code")
        for cell in list(cells):
            for code in list(cell.findall(nodes.literal_block)):
                if "cell_input" not in code.parent["classes"]:
                    continue
                text = without_glue(code.astext())
                if text != code.astext():
                    code.children, code.rawsource = [nodes.Text(text)], text
                is_folded = bool(cell.get("hide_mode"))
                if (not text or is_folded) and not _shows_something(cell):
                    cell.parent.remove(cell)


def _shows_something(cell: nodes.Element) -> bool:
    """Return whether a cell has an output that a reader sees."""
    outputs = [part for part in cell.children if isinstance(part, nodes.Element) and "cell_output" in part["classes"]]
    return any(not isinstance(node, nodes.container) for part in outputs for node in part.findall() if node is not part)


def exercise_nodes(exercise: Exercise, number: str, checks: list[Check]) -> exercise_card:
    """Return the card of an exercise, which has a number such as ``2.1`` in the book."""
    card = exercise_card(ids=[f"exercise-{exercise.id}"])
    points = sum(check.points for check in checks)
    card += nodes.paragraph("", f"Exercise {number} · {counted(points, 'point')}", classes=["card-kicker"])
    card += card_heading("", "", nodes.literal("", exercise.name))
    stub = nodes.literal_block(exercise.stub, exercise.stub, language="python", classes=["exercise-stub"])
    card += [assignment(exercise.stub), folded_stub("", stub)]
    card += nodes.paragraph("", summary(checks), classes=["card-label"])
    items = nodes.bullet_list(classes=["exercise-checks"])
    for check in checks:
        text = nodes.paragraph("", "", nodes.inline("", check.title, classes=["check-title"]))
        if check.hidden:
            text += nodes.inline("", " hidden", classes=["check-hidden"])
        text += nodes.inline("", f" {counted(check.points, 'point')}", classes=["check-points"])
        items += nodes.list_item("", text)
    card += items
    card += wrong_answers_node(exercise)
    return card


def summary(checks: list[Check]) -> str:
    """Return how many checks there are and what they are worth, as in "3 checks, 4 points; one is hidden"."""
    said = f"{counted(len(checks), 'check')}, {counted(sum(check.points for check in checks), 'point')}"
    hidden = sum(check.hidden for check in checks)
    which = "one is" if hidden == 1 else f"{hidden} are"
    return f"{said}; {which} hidden until your work is graded" if hidden else said


# Sections of a docstring, as the card calls them.
SECTIONS = {"Args": "Takes", "Attributes": "Has", "Returns": "Returns", "Raises": "Raises", "Example": ""}
SECTION_TEXT = re.compile(rf"^({'|'.join(SECTIONS)}):\n((?:(?: {{4}}.*)?(?:\n|\Z))+)", re.MULTILINE)
NAMED = re.compile(r"(\w+)(?=: )")


def assignment(stub: str) -> nodes.container:
    """Return a stub as text: each signature that is to be written as code, then what its docstring asks for."""
    box = nodes.container(classes=["assignment"])
    (owner,) = ast.parse(stub).body
    assert isinstance(owner, ast.ClassDef | ast.FunctionDef)
    methods = [part for part in owner.body if isinstance(part, ast.FunctionDef)]
    asked = [method for method in methods if method.name == "__init__" or isinstance(method.body[-1], ast.Raise)]
    for part in (owner, *asked):
        box += [signature(stub, part), *described(ast.get_docstring(part) or "")]
    return box


def signature(stub: str, part: ast.ClassDef | ast.FunctionDef) -> nodes.literal_block:
    lines = textwrap.dedent("\n".join(stub.splitlines()[part.lineno - 1 : part.body[0].lineno - 1])).splitlines()
    header = [piece for line in lines if line and not line.lstrip().startswith("#") for piece in broken_code(line)]
    code = "\n".join(header).removesuffix(":")
    return nodes.literal_block(code, code, language="python", classes=["exercise-signature"])


def described(docstring: str) -> list[nodes.Node]:
    """Return a docstring as nodes: paragraphs as they are, its sections as a list of definitions, examples as code."""
    shown: list[nodes.Node] = []
    end = 0
    for section in SECTION_TEXT.finditer(docstring):
        shown += parsed(docstring[end : section.start()])
        end = section.end()
        name, text = SECTIONS[section[1]], textwrap.dedent(section[2]).strip()
        if not name:
            shown += parsed(text)
            continue
        entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", text)]
        if all(map(NAMED.match, entries)):
            entries = [NAMED.sub(r"``\1``", entry, count=1) for entry in entries]
        else:  # lines of one text
            entries = [" ".join(entries)]
        meaning = nodes.definition("", *(node for entry in entries for node in parsed(entry)))
        item = nodes.definition_list_item("", nodes.term("", name), meaning)
        if shown and isinstance(shown[-1], nodes.definition_list):
            shown[-1].append(item)
        else:
            shown.append(nodes.definition_list("", item, classes=["assignment-parts"]))
    return shown + parsed(docstring[end:])


def parsed(text: str) -> list[nodes.Node]:
    """Return reStructuredText as nodes; what it cannot mean is an error."""
    document = publish_doctree(text, settings_overrides={"halt_level": 2, "report_level": 2})
    return [node.deepcopy() for node in document.children]


def broken_code(line: str) -> list[str]:
    """Return a line of code as lines that fit, with parameters on lines of their own."""
    if len(line) <= WIDTH:
        return [line]
    margin = " " * (len(line) - len(line.lstrip()))
    if header := HEADER.fullmatch(line):
        return [header["name"], *broken_code(f"{margin}    {header['parameters']}"), f"{margin}{header['end']}"]
    # A parameter stays whole, as textwrap sees no space in it.
    parameters = [parameter.replace(" ", "\0") for parameter in re.split(r"(?<=,) (?=\w+: )", line.strip())]
    lines = textwrap.wrap(" ".join(parameters), WIDTH, initial_indent=margin, subsequent_indent=margin)
    return [wrapped.replace("\0", " ") for wrapped in lines]


def setup(app: Sphinx) -> None:
    add_element(app, exercise_card, "section", "exercise-card")
    add_element(app, card_heading, "h3", "card-title")
    add_element(app, folded_stub, "details", "stub", "<summary>As it stands in the notebook</summary>\n")
    app.add_object_type("exercise", "exercise", objname="exercise")  # the search finds it by its name
    app.add_transform(ExerciseCards)
    app.add_transform(GivenCells)
    app.add_post_transform(HideGlue)
