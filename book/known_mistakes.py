"""Known mistakes after the checks, judged once for a state of the course.

`{known-mistakes} layers` lists them. An exercise's card has some to try: the lines that go wrong, and what ``check``
says about them.
"""

import ast
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from functools import cache, partial
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from autograder.checks import checks_of
from autograder.course import Course
from autograder.dependencies import digest
from autograder.exercises import Exercise
from autograder.instructor.authoring.proving import caught_mistakes
from autograder.instructor.cache import cached
from autograder.instructor.releasing.execution import room_digest
from autograder.judge.verdicts import Verdict, mistakes_in
from autograder.mistakes import Mistake
from autograder.reports.html import checks_table
from book.chapters import counted

INPUTS = ("import autograder.instructor.authoring.proving", "import autograder.reports.html")


@dataclass(frozen=True)
class JudgedMistake:
    """A known mistake as the checks of its exercise see it."""

    id: str
    caught_by: Sequence[str]  # names of the checks that fail
    is_named: bool  # by each check that fails, and no other mistake with it
    is_told: bool  # to a student, by a visible check
    table: str  # what ``check`` shows of it, as HTML


@cache
def judged_mistakes(room: str) -> Mapping[str, JudgedMistake]:
    """Return the known mistakes of a room by their ids, judged once for a state of the course."""
    course = Course.installed()
    inputs = digest([Path(__file__)], room_digest(room, course, INPUTS))
    judged = cached(f"{course.package}-{room}.mistakes", inputs, partial(_judge, room))
    return {row["id"]: JudgedMistake(**row) for row in json.loads(judged)}


def _judge(room: str) -> bytes:
    """Judge the known mistakes of a room; links lead to the chapter beside this page."""
    rows = []
    for caught in caught_mistakes(replace(Course.installed(), book_url="../"), room):
        told = {name for verdict in caught.seen for name in mistakes_in(verdict.record())}
        rows.append(
            JudgedMistake(
                caught.mistake.id,
                [check.name for check in caught.caught_by],
                caught.named,
                caught.mistake.id in told,
                checks_table(caught.mistake.exercise, caught.seen),
            )
        )
    return json.dumps([asdict(row) for row in rows]).encode()


class KnownMistakesDirective(SphinxDirective):
    """Folded, for each exercise: its first hints, and a table of the mistakes and which checks catch them."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        room, course = self.arguments[0], Course.installed()
        mistakes = course.mistakes(room)
        by_exercise: dict[str, list[Mistake]] = {}
        for mistake in mistakes:
            by_exercise.setdefault(mistake.exercise, []).append(mistake)
        tables = (self.folded(name, group, course.first_hints(room, name)) for name, group in by_exercise.items())
        unnamed = [judged.id for judged in judged_mistakes(room).values() if not judged.is_named]
        caught = f"all but {', '.join(unnamed)} are" if unnamed else "each of them is"
        return [nodes.paragraph("", f"{len(mistakes)} mistakes; {caught} caught and named."), *tables]

    def folded(self, exercise: str, mistakes: Sequence[Mistake], hints: Sequence[str]) -> nodes.container:
        room = self.arguments[0]
        hidden = {check.name for check in checks_of(room, exercise) if check.hidden}
        lines = ["Before anything is written: " + " ".join(hints), "", ":::{list-table}"]
        lines += [":header-rows: 1", ":widths: 70 30", ":class: known-mistakes", "", "* - Mistake", "  - Caught by"]
        for mistake in mistakes:
            caught_by = judged_mistakes(room)[mistake.id].caught_by
            checks = ", ".join(f"{name}{' (hidden)' if name in hidden else ''}" for name in caught_by)
            lines += [f"* - {mistake.says} `{mistake.id}`", f"  - {checks}"]
        summary = f"<details><summary><code>{exercise}</code>, {counted(len(mistakes), 'mistake')}</summary>"
        block = nodes.container("", nodes.raw("", summary, format="html"), classes=["filtered"])
        block += self.parse_text_to_nodes("\n".join([*lines, ":::"]), offset=self.content_offset)
        block += nodes.raw("", "</details>", format="html")
        return block


# ---- wrong answers to try on an exercise's card

SHOWN = 5
FEW_LINES, MOST_LINES = 2, 5  # of an answer that is read at once, and of one that is read at all
WHOLE_LINE = 20  # characters from which on a line of a solution is recognised by its words alone
WORD = re.compile(r"\w+|[^\w\s]")
EMPTY = re.compile(r"pass|return|else:|if (True|False):")  # lines that mean nothing by themselves


def wrong_answers(exercise: Exercise) -> list[tuple[str, str, str]]:
    """Return wrong answers that the check names and that reveal no line of a solution.

    Each is the innermost function or class that goes wrong, its lines that differ, and what ``check`` shows, as HTML.
    The shortest come first, and among these the least like any line of a solution: they give away the least.
    """
    course = Course.installed()
    source = course.source(exercise.room)
    secret = [line for solved in course.exercises(exercise.room) for line in solved.solution_lines]
    answers: list[tuple[tuple[bool, float], tuple[str, str, str]]] = []
    for mistake in course.mistakes(exercise.room):
        judged = judged_mistakes(exercise.room)[mistake.id]
        if mistake.exercise != exercise.name or not judged.is_told:
            continue
        mistaken = mistake.apply(source)
        changed = changed_lines(source, mistaken)
        lines = [line for _, line in changed]
        is_empty = all(EMPTY.fullmatch(line.strip()) for line in lines)
        if is_empty or len(lines) > MOST_LINES or any(tells(line, secret) for line in lines):
            continue
        reveals = len(lines) > FEW_LINES, max(likeness(line, secret) for line in lines)
        answers.append((reveals, (function_of(mistaken, changed[0][0]), as_written(changed), judged.table)))
    answers.sort(key=lambda revealing: revealing[0])
    return list({answer[1]: answer for _, answer in reversed(answers)}.values())[::-1][:SHOWN]


def changed_lines(before: str, after: str) -> list[tuple[int, str]]:
    """Return the lines that a text has gained, each with its number, counted from 1."""
    old, new = before.splitlines(), after.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(at + 1, new[at]) for kind, _, _, start, end in blocks if kind != "equal" for at in range(start, end)]


def tells(line: str, secret: Sequence[str]) -> bool:
    """Return whether a line is one of a solution, or contains all words of a long one."""
    words = set(WORD.findall(line))
    whole = [set(WORD.findall(solution)) for solution in secret if len(solution) > WHOLE_LINE]
    return line.strip() in secret or any(words >= solution for solution in whole)


def likeness(line: str, secret: Sequence[str]) -> float:
    """Return the similarity of a line to the most similar line of a solution, from 0 to 1."""
    best = 0.0
    for matcher in map(_matcher, secret):
        matcher.set_seq1(line.strip())
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:  # upper bounds, computed sooner
            best = max(best, matcher.ratio())
    return best


@cache
def _matcher(line: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, "", line, autojunk=False)


def as_written(changed: Sequence[tuple[int, str]]) -> str:
    """Return numbered lines below each other, with an ellipsis in each gap."""
    lines: list[str] = []
    for at, (number, line) in enumerate(changed):
        if at and number > changed[at - 1][0] + 1:
            lines.append(" " * (len(line) - len(line.lstrip())) + "…")
        lines.append(line)
    return textwrap.dedent("\n".join(lines))


def function_of(source: str, line: int) -> str:
    """Return the name of the innermost function or class around a line."""
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""


def wrong_answers_node(exercise: Exercise) -> nodes.raw:
    """Return the part of a card in which a reader tries answers, as HTML that needs no script."""
    name = f"attempts-{exercise.id}"
    rows = []
    for function, lines, table in wrong_answers(exercise):
        answer = f"<span>in <code>{escape(function)}</code></span><code>{escape(lines)}</code>"
        rows.append(row(name, answer, table))
    visible = [check for check in checks_of(exercise.room, exercise.name) if not check.hidden]
    passed = [Verdict(check, 0, "pass", None, 0.0) for check in visible]
    rows.append(row(name, "<span>a right answer</span>", checks_table(exercise.name, passed)))
    return nodes.raw(
        "",
        '<details class="attempts"><summary>Try a wrong answer</summary>'
        "<p>Each of these goes wrong where it differs from a right answer. Which check notices? Choose one, and see"
        f" what <code>check({escape(exercise.name)})</code> says of it. Each also shows much of a right line: write"
        f" your own first.</p>{''.join(rows)}</details>",
        format="html",
    )


def row(name: str, answer: str, table: str) -> str:
    return f'<details class="attempt" name="{name}"><summary>{answer}</summary>{lighter(table)}</details>'


def lighter(table: str) -> str:
    """Return a notebook's table without its inline styles, which the book's own replace, and without code to run."""
    table = re.sub(r"<details><summary>Run this check by hand</summary>.*?</details>", "", table, flags=re.DOTALL)
    table = re.sub(r'(?<!aria-hidden="true") style="[^"]*"', "", table)
    return re.sub(r"\n\s*", "\n", table)


def setup(app: Sphinx) -> None:
    app.add_directive("known-mistakes", KnownMistakesDirective)
