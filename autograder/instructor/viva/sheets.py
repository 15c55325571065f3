"""The sheets for a talk: the student's with code, edit and question, the instructor's with the answer, too."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.viva.question import TalkQuestion
from autograder.instructor.viva.round import Talk
from autograder.instructor.viva.source_text import SourceText
from autograder.reports.html import render

HERE = Path(__file__).parent
MAX_ROWS = 38  # of code on a page, with the lines that are run
ROW = 96  # characters in a row
MAX_LINE = 2 * ROW  # a longer line is cut
GAP = "…"


@dataclass(frozen=True)
class Line:
    """One line of code on a sheet: ``-`` goes, ``+`` comes, a space stays."""

    mark: str
    text: str


def write_sheets(folder: CourseFolder, assignment: str, talk: Talk) -> list[Path]:
    """Write a student's sheet and the instructor's, and return them; none for a talk without a question."""
    student, question = talk.student, talk.question
    if question is None:
        return []
    room = folder.viva(assignment)
    room.mkdir(parents=True, exist_ok=True)
    sheet, answer = room / f"{student}.html", room / f"{student}-answer.html"
    write_atomically(sheet, student_sheet(student, assignment, question))
    write_atomically(answer, answer_sheet(student, assignment, question))
    return [sheet, answer]


def write_index(folder: CourseFolder, assignment: str, talks: Sequence[Talk], names: Mapping[str, str]) -> Path:
    """Write the instructor's page of a round, with the students' names by id, and return its path."""
    path = folder.viva(assignment) / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, render(HERE / "round.html.j2", assignment=assignment, talks=talks, names=names))
    return path


def student_sheet(student: str, assignment: str, question: TalkQuestion) -> str:
    """Return the student's sheet as HTML; it is made without the answer."""
    return render(HERE / "sheet.html.j2", student=student, assignment=assignment, **_known(question))


def answer_sheet(student: str, assignment: str, question: TalkQuestion) -> str:
    """Return the instructor's sheet as HTML: the student's, and the answer."""
    answer = {"answer": question.answer, "message": question.message, "arises": question.line}
    return render(HERE / "answer.html.j2", student=student, assignment=assignment, **_known(question), **answer)


def _known(question: TalkQuestion) -> dict[str, object]:
    return {
        "exercise": question.exercise,
        "line": question.edit.line,
        "says": question.edit.says,
        "code": excerpt(question),
        "given": question.given.strip(),
        "asked": question.asked,
        "before": question.before,
    }


def excerpt(question: TalkQuestion) -> list[Line]:
    """Return the function around the edit, as far as it fits on a page, with the edited lines before and after."""
    source, edit = question.source, question.edit
    first, last = source.rfind("\n", 0, edit.start) + 1, source.find("\n", edit.end)
    last = len(source) if last < 0 else last
    old = source[first:last].split("\n")  # as its lines are counted: a text may hold other ends of lines
    new = (source[first : edit.start] + edit.text + source[edit.end : last]).split("\n")
    lines = source.split("\n")
    at = source.count("\n", 0, first)  # of the first edited line, from 0
    begin, end, doc, head = _around(question, at)
    above = [Line(" ", _cut(lines[number])) for number in range(begin, at) if number not in doc]
    below = [Line(" ", _cut(lines[number])) for number in range(at + len(old), end) if number not in doc]
    column = edit.start - first
    edited = [Line(mark, _cut(line, column)) for mark, part in (("-", old), ("+", new)) for line in part]
    run = f"{question.given}\n{question.asked}".splitlines()
    left = MAX_ROWS - sum(map(_rows, [*edited, *(Line(" ", line) for line in run)]))
    kept_above, kept_below = list[Line](), list[Line]()
    while (above or below) and left > 0:  # in turn, so that the edit stands in the middle
        for rest, kept, place in ((above, kept_above, -1), (below, kept_below, 0)):
            if rest and left >= _rows(rest[place]):
                left -= _rows(rest[place])
                kept.append(rest.pop(place))
            elif rest:
                left = 0
    top = [*([Line(" ", _cut(head)), Line(" ", f"    {GAP}")] if head else []), *([Line(" ", GAP)] if above else [])]
    return [*top, *reversed(kept_above), *edited, *kept_below, *([Line(" ", GAP)] if below else [])]


def _cut(line: str, column: int = 0) -> str:
    """Return a line, or the part of a long one around a column."""
    start = max(0, min(column - MAX_LINE // 2, len(line) - MAX_LINE))
    kept = line[start : start + MAX_LINE].rstrip("\r")
    return f"{GAP if start else ''}{kept}{GAP if start + MAX_LINE < len(line) else ''}"


def _rows(line: Line) -> int:
    """Return the number of rows of a line on paper."""
    return -(-max(1, len(line.text)) // ROW)


def _around(question: TalkQuestion, at: int) -> tuple[int, int, range, str]:
    """Return the lines, from 0, of the function around a line, those of its docstring, and its class's first line."""
    lines = question.source.split("\n")
    begin, end, doc, head = 0, len(lines), range(0), ""
    for node in ast.walk(SourceText(question.source).tree):  # from the outside in
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        first, last = (
            min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1,
            node.end_lineno or at,
        )
        if not first <= at < last:
            continue
        if isinstance(node, ast.ClassDef):
            head = lines[node.lineno - 1]
        elif node.col_offset == 0 or begin == 0 or head:
            begin, end = first, last
        if ast.get_docstring(node, clean=False) is not None and not isinstance(node, ast.ClassDef):
            text = node.body[0]
            doc = range(text.lineno - 1, text.end_lineno or text.lineno)
    return begin, end, doc, head if head and begin else ""
