"""Answers to requests, drafted: one Markdown file for the instructor to edit.

What a student wrote, and what a student's code answered, stands in fences that it cannot end. The text of an answer is
for the student, so it says of a hidden check no more than title and result.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from autograder.errors import plain
from autograder.instructor.course.roster import Student
from autograder.instructor.grading.explain import observation_lines
from autograder.instructor.requests.answering import Answered, Group
from autograder.instructor.requests.form import WRITTEN
from autograder.instructor.requests.reading import NotAsked
from autograder.verdicts import labelled_lines, shown_diagnosis

MAX_SEEN = 60  # lines of what a check saw

HEAD = """# Requests about marks

Made by `autograder requests`, which has changed no mark. Read each request, edit its answer and send it. What stands
under *For you* is not for students.
"""
MEND = """If the check is wrong, mend it and, before anything is written, see who else changes:

    autograder grade {assignment} --dry-run
"""


def draft(groups: Sequence[Group], left: Sequence[NotAsked] = ()) -> str:
    """Return the answers to all requests as Markdown."""
    parts = [HEAD, *(part for group in groups for part in _group(group))]
    if left:
        parts.append("## Not understood\n")
        parts.append("\n".join(f"- {_code(one.file)}: {_line(one.reason)}" for one in left) + "\n")
    return "\n".join(parts)


def _group(group: Group) -> list[str]:
    count = len(group.answered)
    parts = [f"## {_line(group.assignment)}, {group.about}: {count} request{'' if count == 1 else 's'}\n"]
    if group.check and (mark := next(one.mark for one in group.answered if one.mark)):
        hidden = " It is hidden: students know its title and result." if group.check.hidden else ""
        parts.append(f"The check asks: {group.check.title}.{hidden}\n")
        parts.append(fenced(mark.check_source, "python"))
        parts.append(MEND.format(assignment=group.assignment))
    elif group.about == WRITTEN:
        parts.append("A person marked it: read the answer again in the formgrader, under *Manual Grading*.\n")
    return parts + [part for one in group.answered for part in _request(one)]


def _request(one: Answered) -> list[str]:
    asked, mark = one.asked, one.mark
    known = f"Known by {asked.known}" if asked.known else "CLAIMED: nothing but the file says who asks"
    known += f", although the file says {_code(asked.other_name)}" if asked.known and asked.other_name else ""
    result = f": {standing(one)}" if mark else ""
    parts = [f"### {_line(asked.student.id_and_name)}{result}\n"]
    parts.append(f"{known}; {one.receipt}. In {_code(asked.file)}.\n")
    parts.append(fenced(asked.request.reason or "(no reason is given)"))
    if one.trouble:
        parts.append(f"**Not run:** {_line(one.trouble)} (asked about: {_code(asked.request.check)})\n")
    if mark:
        lines = observation_lines(mark)
        lines = lines[:MAX_SEEN] + [f"({len(lines) - MAX_SEEN} more lines: autograder explain)"] * (
            len(lines) > MAX_SEEN
        )
        parts.append("*For you:* what the check saw now.\n")
        parts += [f"- {_line(warning)}\n" for warning in mark.warnings]
        parts.append(fenced("\n".join(lines)))
    parts += [fenced(text) for text in one.written]
    parts.append("*Answer:*\n")
    parts.append(fenced(letter(one)))
    return parts


def standing(one: Answered) -> str:
    """Say in a few words whether the mark stands today."""
    if one.mark is None:
        return ""
    return "the mark stands" if one.mark.reproduced else "ANOTHER RESULT TODAY"


def letter(one: Answered) -> str:
    """Return the text for the student, to be edited."""
    student, request = one.asked.student, one.asked.request
    lines = [f"Dear {called(student)},", ""]
    if one.mark is None:
        lines.append(f"you asked about your mark for {request.assignment}: {request.check}.")
        return "\n".join(lines)
    mark, verdict = one.mark, one.mark.verdict
    check, record = mark.check, mark.verdict.record()
    lines.append(f"you asked about a check of {check.exercise} in {mark.assignment}: “{check.title}”.")
    lines.append("I have run it again on the notebook that was graded, with the same random numbers.")
    if check.hidden and not verdict.delegated:
        lines.append("It is a hidden check, of which I can tell you the title and the result.")
    said = labelled_lines(shown_diagnosis(record))
    lines += ["", *said, ""] if said else [""]
    before, now = (f"{which['points']} of {which['max_points']} points" for which in (mark.recorded, record))
    if mark.reproduced:
        lines.append(f"The result is the same as before, {now}, and so the mark stands.")
    else:
        lines.append(f"The result is now {now}, where {before} were recorded. Your work will be graded again.")
    return "\n".join(lines)


def called(student: Student) -> str:
    return student.full_name or student.id


def fenced(text: str, language: str = "") -> str:
    """Return a text in a fence that is longer than any in it, without what a terminal obeys."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language or 'text'}\n{plain(text.expandtabs(), but=chr(10)).rstrip()}\n{fence}\n"


def _line(text: str) -> str:
    """Return a text as one line in which Markdown and HTML find nothing."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", plain(" ".join(text.split())))


def _code(text: str) -> str:
    """Return a text as code in a line."""
    return f"`{plain(' '.join(text.split())).replace('`', '´')}`"
