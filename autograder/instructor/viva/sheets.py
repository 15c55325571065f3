"""The sheets of talks: each student's with code, edit and question, and the instructor's with the answers, too."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.instructor.course.files import write_atomically
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.viva.question import TalkQuestion
from autograder.instructor.viva.round import Talk
from autograder.reports.html import render

CONTEXT = 12  # lines of code above and below the edit


def write_sheets(folder: CourseFolder, assignment: str, talks: Sequence[Talk], names: Mapping[str, str]) -> Path:
    """Write a sheet for each student who can be asked, and one with all answers, whose path is returned.

    ``names`` are the students', by id. The answers to a single talk do not replace those of a round.
    """
    room = folder.viva(assignment)
    room.mkdir(parents=True, exist_ok=True)
    for talk in talks:
        if talk.question:
            write_atomically(room / f"{talk.student}.html", sheet(assignment, [talk], names, with_answers=False))
    answers = room / (f"{talks[0].student}-answer.html" if len(talks) == 1 else "answers.html")
    write_atomically(answers, sheet(assignment, talks, names, with_answers=True))
    return answers


def sheet(assignment: str, talks: Sequence[Talk], names: Mapping[str, str], *, with_answers: bool) -> str:
    """Return talks as a page of HTML; without answers it is made from nothing that holds them."""
    shown = [
        {
            "student": names.get(talk.student, talk.student),
            "trouble": talk.trouble,
            **(_shown(talk.question) if talk.question else {}),
            **({"answer": talk.question.answer} if talk.question and with_answers else {}),
        }
        for talk in talks
    ]
    return render(Path(__file__).with_name("sheet.html.j2"), assignment=assignment, talks=shown, answers=with_answers)


def _shown(question: TalkQuestion) -> dict[str, object]:
    return {
        "exercise": question.exercise,
        "line": question.source.count("\n", 0, question.edit.start) + 1,
        "says": question.edit.says,
        "code": excerpt(question),
        "given": question.given.strip(),
        "asked": question.asked,
        "before": question.before,
    }


def excerpt(question: TalkQuestion) -> list[tuple[str, str]]:
    """Return the lines around the edit, each with a mark: ``-`` goes, ``+`` comes, a space stays."""
    source, edit = question.source, question.edit
    first, end = source.count("\n", 0, edit.start), source.count("\n", 0, edit.end) + 1
    old, new = source.split("\n"), edit.apply(source).split("\n")  # a text may hold other ends of lines
    parts = (
        (" ", old[max(0, first - CONTEXT) : first]),
        ("-", old[first:end]),
        ("+", new[first : len(new) - len(old) + end]),
        (" ", old[end : end + CONTEXT]),
    )
    return [(mark, line) for mark, lines in parts for line in lines]
