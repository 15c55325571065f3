"""Exercises, read from the course's source: the reference, its assignment, and the stub derived from it."""

import ast
import re
from dataclasses import dataclass

from autograder.parsing import parse

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SOLUTION = re.compile(rf"^\s*{BEGIN}\s*$(.*?)^\s*{END}\s*$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Exercise:
    """A public name of a room, such as ``Linear``, and its source, markers and docstring, the assignment, included."""

    room: str
    name: str
    source: str

    @property
    def id(self) -> str:
        return f"{self.room}-{self.name}"

    @property
    def stub(self) -> str:
        """The source with every solution replaced by an error that names the exercise."""
        return replace_solutions(self.source, stub_lines(self.room, self.name))

    @property
    def solution_lines(self) -> list[str]:
        """The lines between the markers, stripped: they must not reach a student."""
        lines = "".join(SOLUTION.findall(self.source)).splitlines()
        return [line.strip() for line in lines if line.strip()]


def stub_lines(room: str, name: str) -> tuple[str, ...]:
    """Return the lines that replace a solution."""
    return ("# YOUR CODE HERE", f'raise NotImplementedError("{stub_error(room, name)}")')


def stub_error(room: str, name: str) -> str:
    return f"{room}: {name}"


def replace_solutions(source: str, replacement: tuple[str, ...]) -> str:
    """Put the replacement lines, indented as the marker is, in the place of each marked region.

    Raises:
        ValueError: a marker has no partner.
    """
    lines: list[str] = []
    inside = False
    for number, line in enumerate(source.splitlines(), start=1):
        stripped = line.strip()
        if stripped in (BEGIN, END):
            if inside == (stripped == BEGIN):
                raise ValueError(f"line {number}: {stripped!r} without its partner")
            inside = not inside
            if inside:
                indent = line[: len(line) - len(line.lstrip())]
                lines.extend(indent + new for new in replacement)
        elif not inside:
            lines.append(line)
    if inside:
        raise ValueError(f"the last {BEGIN!r} is never closed")
    return "\n".join(lines)


def exercises_of(room: str, source: str) -> list[Exercise]:
    """Return the exercises of a solutions module, in order: its public classes and functions with a solution."""
    return [Exercise(room, name, text) for name, text in definitions(source).items() if BEGIN in text]


def definitions(source: str) -> dict[str, str]:
    """Return the text of each public class and function of a module, in order."""
    lines = source.splitlines()
    texts = {}
    for node in parse(source).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            last = node.end_lineno or first
            # The parser does not see comments, so a closing marker at the end of the body lies after its last line.
            while last < len(lines) and (not lines[last].strip() or lines[last][0].isspace()):
                last += 1
            texts[node.name] = "\n".join(lines[first - 1 : last]).rstrip()
    return texts
