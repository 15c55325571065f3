"""``autograder report``: what a class has got, for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import Assignment, Force, Json, Quiet, examples
from autograder.commands.overwriting import refuse_or_copy
from autograder.errors import complain, plain, plain_json

app = typer.Typer()


@app.command(epilog=examples("autograder report 2-layers", "autograder report 2-layers --csv need.csv"))
def report(
    assignment: Assignment = None,
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write who needs help into FILE, with e-mail addresses and sections."),
    ] = None,
    last_term: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Also compare with what was handed in to this other course folder."),
    ] = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a page about the class: marks, checks, mistakes, who needs help, similar work; and JSON beside it."""
    from datetime import UTC, datetime

    from autograder.console import progress
    from autograder.course import Course
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.open_matters import open_matters
    from autograder.instructor.gradebook.read_marks import read_marks
    from autograder.instructor.reports.class_report import class_report
    from autograder.instructor.reports.public_code import Public, earlier_answers, public_in
    from autograder.instructor.reports.similar import EVERYTHING
    from autograder.notebooks.graft import read_notebook

    folder, course = CourseFolder.here(), Course.installed()
    assignments = folder.chosen(assignment)
    if csv is not None:
        refuse_or_copy(csv, force)  # before the work, not after it
    earlier = {one: earlier_answers(last_term, one) for one in assignments} if last_term is not None else {}
    if last_term is not None and not any(earlier.values()):
        complain(f"nothing in {last_term} was handed in for {' or '.join(assignments)}: nothing to compare with")
    with progress("Reading marks", None, quiet or as_json) as step:
        marks = read_marks(folder, assignments, on_read=step)

    def public(one: str) -> Public:
        return public_in(course, read_notebook(folder.released(one)))

    with progress("Comparing", len(assignments), quiet or as_json) as step:
        made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        done = class_report(folder.root.name, marks, public, made, step, lambda one: earlier.get(one, {}))
    page = folder.report(assignment)
    page.parent.mkdir(exist_ok=True)
    text = plain_json(done.numbers)
    write_atomically(page, done.html)
    write_atomically(page.with_suffix(".json"), text + "\n")
    if csv is not None:
        write_atomically(csv, done.need)
    for line in [] if quiet else open_matters(folder, assignments):
        complain(line)
    if as_json:
        print(text)
    elif not quiet:
        similar = [pair["what"] for one in done.numbers["assignments"] for pair in one["similar"]]
        pairs, equal = len(similar), similar.count(EVERYTHING)
        print(f"{page.relative_to(folder.root)}, and the same as JSON beside it")
        same = f", {equal} with the same answers throughout" if equal else ""
        in_need = len(done.numbers["needs_help"])
        for section in done.numbers["assignments"]:
            for sentence in section["lecture"]:
                print(plain(f"{section['assignment']}: {sentence}"))
        if unread := len(done.numbers["unreadable"]):
            print(f"{unread} file{'' if unread == 1 else 's'} could not be read")
        if last_term is not None:
            alike = sum(len(one["similar_to_last_term"]) for one in done.numbers["assignments"])
            print(f"{alike} pair{'' if alike == 1 else 's'} with somebody of last term")
        print(f"{in_need} need help; {pairs} similar pair{'' if pairs == 1 else 's'} to look at{same}")
