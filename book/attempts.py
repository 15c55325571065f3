"""Wrong answers on an exercise's card: the lines that are wrong, and what ``check`` says of them."""

import ast
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from html import escape

from docutils import nodes

from autograder.course import Course
from autograder.exercises import Exercise
from book.judged import judged_mistakes, right_answer

SHOWN = 5
FEW_LINES, MOST_LINES = 2, 5  # of a wrong answer that is read at once, and of one that is read at all
WHOLE_LINE = 20  # characters, from which on a line of a solution is told by whatever holds its words
WORD = re.compile(r"\w+|[^\w\s]")
EMPTY = re.compile(r"pass|return|else:|if (True|False):")  # what says nothing by itself


@dataclass(frozen=True)
class Attempt:
    """A wrong answer: the function in which it goes wrong, its lines that do, and what ``check`` shows, as HTML."""

    where: str
    lines: str
    table: str


# How much an attempt tells of a right answer, the section that it sends to, and the attempt.
Found = tuple[tuple[bool, float], str, Attempt]


def attempts(exercise: Exercise) -> list[Attempt]:
    """Return wrong answers whose lines tell no line of a solution, and which the check names.

    First come those that send to different sections of the chapter, and among these the shortest that are least like
    any line of a solution: they teach the most and give away the least.
    """
    course = Course.installed()
    source, mistakes = course.source(exercise.room), {known.id: known for known in course.mistakes(exercise.room)}
    secret = [line for each in course.exercises(exercise.room) for line in each.solution_lines]
    found: list[Found] = []
    for judged in judged_mistakes()[exercise.room]:
        mistake = mistakes[judged.id]
        if mistake.exercise != exercise.name or not judged.told:
            continue
        mistaken = mistake.apply(source)
        changed = changed_lines(source, mistaken)
        says_something = not all(EMPTY.fullmatch(line.strip()) for _, line in changed)
        if says_something and len(changed) <= MOST_LINES and not any(tells(line, secret) for _, line in changed):
            attempt = Attempt(function_of(mistaken, changed[0][0]), as_written(changed), judged.table)
            told = len(changed) > FEW_LINES, max(likeness(line, secret) for _, line in changed)
            found.append((told, mistake.read, attempt))
    found.sort(key=lambda each: each[0])
    return chosen(found)


def chosen(found: Sequence[Found]) -> list[Attempt]:
    """Return the first attempt of each section, then the others, as many as are shown."""
    first = {read: attempt for _, read, attempt in reversed(found)}
    attempts = [attempt for _, read, attempt in found if first[read] is attempt]
    attempts += [attempt for _, _, attempt in found]
    return list({attempt.lines: attempt for attempt in reversed(attempts)}.values())[::-1][:SHOWN]


def changed_lines(before: str, after: str) -> list[tuple[int, str]]:
    """Return the lines of a text that another does not have, each with its number, counted from 1."""
    old, new = before.splitlines(), after.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(at + 1, new[at]) for kind, _, _, start, end in blocks if kind != "equal" for at in range(start, end)]


def tells(line: str, secret: Sequence[str]) -> bool:
    """Whether a line is one of a solution, or holds all words of one that is long enough to be known by itself."""
    words = set(WORD.findall(line))
    whole = [set(WORD.findall(other)) for other in secret if len(other) > WHOLE_LINE]
    return line.strip() in secret or any(words >= others for others in whole)


def likeness(line: str, secret: Sequence[str]) -> float:
    """Return how like a line is to that of a solution which it is most like, from 0 to 1."""
    best = 0.0
    for matcher in map(_matcher, secret):
        matcher.set_seq1(line.strip())
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:  # bounds that are found sooner
            best = max(best, matcher.ratio())
    return best


@cache
def _matcher(line: str) -> SequenceMatcher[str]:
    return SequenceMatcher(None, "", line, autojunk=False)


def as_written(changed: Sequence[tuple[int, str]]) -> str:
    """Return lines below each other, with an ellipsis where something stands between them."""
    lines: list[str] = []
    for at, (number, line) in enumerate(changed):
        if at and number > changed[at - 1][0] + 1:
            lines.append(" " * (len(line) - len(line.lstrip())) + "…")
        lines.append(line)
    return textwrap.dedent("\n".join(lines))


def function_of(source: str, line: int) -> str:
    """Return the name of the innermost function, or class, in which a line stands."""
    holding = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    return max(holding, key=lambda node: node.lineno).name if holding else ""


def attempts_node(exercise: Exercise) -> nodes.raw:
    """Return the part of a card in which a reader tries answers, as HTML that needs no script."""
    name = f"attempts-{exercise.id}"
    rows = [
        row(name, f"<span>in <code>{escape(one.where)}</code></span><code>{escape(one.lines)}</code>", one.table)
        for one in attempts(exercise)
    ]
    rows.append(row(name, "<span>a right answer</span>", right_answer(exercise.room, exercise.name)))
    return nodes.raw(
        "",
        '<details class="attempts"><summary>Try a wrong answer</summary>'
        "<p>Each of these goes wrong where it differs from a right answer. Which check notices? Choose one, and see"
        f" what <code>check({escape(exercise.name)})</code> says of it.</p>{''.join(rows)}</details>",
        format="html",
    )


def row(name: str, answer: str, table: str) -> str:
    return f'<details class="attempt" name="{name}"><summary>{answer}</summary>{lighter(table)}</details>'


def lighter(table: str) -> str:
    """Return the table of a notebook with the book's own style in the place of each cell's, and without code to run."""
    table = re.sub(r"<details><summary>Run this check by hand</summary>.*?</details>", "", table, flags=re.DOTALL)
    table = re.sub(r'(?<!aria-hidden="true") style="[^"]*"', "", table)
    return re.sub(r"\n\s*", "\n", table)
