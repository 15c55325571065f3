"""Questions to the reader: the directives `predict` and `recall`, and the place of the written question.

A prediction with the option `guess`, such as `:guess: 1 orange`, lets readers draw the answer: the curve of that colour
in that panel of the figure below.
"""

import re
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.instructor.releasing.choice_questions import KINDS, LETTERS, OUTCOMES, parse_question
from book import add_element
from book.chapters import WRITTEN, counted, written_points


class question_section(nodes.General, nodes.Element):
    """A question, its options, and its answer."""


class question_answer(nodes.General, nodes.Element):
    """The part that unfolds: the measurement, and a reason for each option."""


class QuestionDirective(SphinxDirective):
    """`predict` and `recall`; `autograder.instructor.releasing.choice_questions` has the syntax."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {"guess": directives.unchanged_required}  # scripts/guess.js says what it names

    def run(self) -> list[nodes.Node]:
        try:
            question = parse_question("\n".join(self.content))
        except ValueError as error:
            raise self.error(str(error)) from error
        section = question_section(
            attributes={f"data-{option}": value for option, value in self.options.items()},
            classes=[self.name],
            ids=[f"question-{nodes.make_id(self.arguments[0])}"],
        )
        section += nodes.paragraph("", KINDS[self.name], classes=["card-kicker"])
        section += self.parsed(self.arguments[0], 0, "question-title")
        section += self.parsed(question.prompt, 0, "question-prompt")
        options = nodes.enumerated_list(enumtype="upperalpha", prefix="", suffix=".", classes=["question-options"])
        for option in question.options:
            item = nodes.list_item("", classes=["right"] if option.right else [])
            item += self.parsed(option.text, option.line).children
            options += item
        section += options
        answer = question_answer()
        outcome = nodes.container(classes=["question-outcome"])
        outcome += nodes.paragraph("", OUTCOMES[self.name], classes=["card-label"])
        outcome += self.parsed(question.outcome, question.outcome_line).children
        answer += outcome
        reasons = nodes.bullet_list(classes=["question-reasons"])
        for letter, option in zip(LETTERS, question.options, strict=False):
            item = nodes.list_item("", classes=["right"] if option.right else [])
            verdict = f"{letter}, {'right' if option.right else 'no'}."
            item += nodes.paragraph("", "", nodes.strong("", verdict), classes=["reason-letter"])
            item += self.parsed(option.reason, option.line + 1).children
            reasons += item
        answer += reasons
        section += answer
        return [section]

    def parsed(self, text: str, line: int, *classes: str) -> nodes.container:
        parsed = self.parse_text_to_nodes(text, offset=self.content_offset + line)
        return nodes.container("", *parsed, classes=list(classes))


class WrittenDirective(SphinxDirective):
    """The place of a written answer; the book shows its points."""

    option_spec: ClassVar = {"points": directives.positive_int}

    def run(self) -> list[nodes.Node]:
        text = f"Written question · {counted(self.options['points'], 'point')}"
        kicker = nodes.paragraph("", text, classes=["card-kicker"])
        who = nodes.paragraph("", "You answer in the notebook, in your own words. A person reads and marks it.")
        return [nodes.container("", kicker, who, classes=["written-card"])]


def mark_written_cells(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn a Markdown cell tagged `written` into its directive: myst-nb drops the metadata of Markdown cells."""

    def directive(match: re.Match[str]) -> str:
        return f"+++\n\n:::{{written}}\n:points: {written_points(match)}\n:::\n\n"

    source[0] = WRITTEN.sub(directive, source[0])


def setup(app: Sphinx) -> None:
    add_element(app, question_section, "section", "question")
    unfold = "<summary>Choose first, then unfold the answer</summary>\n"
    add_element(app, question_answer, "details", "question-answer", unfold)
    for name in KINDS:
        app.add_directive(name, QuestionDirective)
    app.add_directive("written", WrittenDirective)
    app.connect("source-read", mark_written_cells)
