"""Parse the choice questions of a chapter, which a reader answers before reading on.

    :::{predict} Do equal weights stay equal?
    Layer 1 starts with one constant everywhere. How many different units are left after five epochs?

    - [ ] 1
      Only units with equal *outgoing* weights get equal gradients.
    - [x] 256
      The outgoing weights differ, so the gradients do.

    After training, {glue:text}`units:d` of 256 units differ.
    :::

The directive is `predict`, or `recall` for a question about an earlier chapter; its argument is the title. The body is
the question, then the options, then the measured result (or the answer in one sentence). An option is one line that
starts with `- [ ]`, the right one with `- [x]`; the lines indented below it are its reason. The book's directive and
the notebook's Markdown are made from the same parse.
"""

import re
from dataclasses import dataclass, field
from textwrap import dedent

OPTION = re.compile(r"- \[(?P<mark>[ x])\] (?P<text>.+)")
LETTERS = "ABCDEFGH"
KINDS = {"predict": "Predict", "recall": "Recall"}
OUTCOMES = {"predict": "Measured", "recall": "Answer"}


@dataclass
class Option:
    """One possible answer, and why it is right or wrong. `line` counts from the first line of the body."""

    text: str
    right: bool
    line: int
    reason: str = ""


@dataclass
class ChoiceQuestion:
    """A question with its options; exactly one is right."""

    prompt: str = ""
    options: list[Option] = field(default_factory=list)
    outcome: str = ""
    outcome_line: int = 0


def parse_question(body: str) -> ChoiceQuestion:
    """Return the question in the body of a `predict` or `recall` directive; raise ValueError where it is unfair."""
    question = ChoiceQuestion()
    prompt: list[str] = []
    reasons: list[list[str]] = []
    outcome: list[str] = []
    for number, line in enumerate(body.splitlines()):
        match = OPTION.fullmatch(line.rstrip())
        if match and not outcome:
            question.options.append(Option(match["text"], match["mark"] == "x", number))
            reasons.append([])
        elif not question.options:
            prompt.append(line)
        elif not outcome and (not line.strip() or line[0].isspace()):
            reasons[-1].append(line)
        else:
            question.outcome_line = question.outcome_line or number
            outcome.append(line)
    question.prompt = "\n".join(prompt).strip()
    question.outcome = "\n".join(outcome).strip()
    for option, lines in zip(question.options, reasons, strict=True):
        option.reason = dedent("\n".join(lines)).strip()
    _refuse_unfair(question)
    return question


def _refuse_unfair(question: ChoiceQuestion) -> None:
    if len(question.options) < 2:
        raise ValueError("a question needs two options or more, each a line that starts with '- [ ]' or '- [x]'")
    if sum(option.right for option in question.options) != 1:
        raise ValueError("a question has exactly one right option, marked '- [x]'")
    for option in question.options:
        if not option.reason:
            raise ValueError(f"the option {option.text!r} needs its own reason, indented below it")
    if not question.outcome:
        raise ValueError("after the options a question says what was measured, or the answer in one sentence")


def question_markdown(kind: str, title: str, body: str) -> str:
    """Return a question as the Markdown of a notebook: options first, the answer to unfold; roles stay as they are."""
    question = parse_question(body)
    lines = [f"**{KINDS[kind]} · {title}**", "", question.prompt, ""]
    lines += [f"- **{letter}.** {option.text}" for letter, option in zip(LETTERS, question.options, strict=False)]
    lines += ["", "<details><summary>Choose first, then unfold the answer</summary>", ""]
    for letter, option in zip(LETTERS, question.options, strict=False):
        mark = "right" if option.right else "no"
        lines += [f"- **{letter}. {option.text}** ({mark}) {' '.join(option.reason.split())}"]
    lines += ["", f"**{OUTCOMES[kind]}.** {question.outcome}", "", "</details>"]
    return "\n".join(lines)
