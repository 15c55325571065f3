"""Commands for what a class has got: ``autograder feedback | report | export``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands import Assignment, Force, Json, Quiet, Student, examples, refuse_or_copy
from autograder.errors import complain, plain, plain_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.instructor.exporting.fill import FilledFile
    from autograder.instructor.marks import Mark

app = typer.Typer()


@app.command(epilog="Example: autograder feedback 2-layers")
def feedback(
    assignment: Assignment = None,
    student: Student = None,
    quiet: Quiet = False,
) -> None:
    """Write a page for each student, and a zip to upload for each assignment.

    Hidden checks appear by title alone until nobody can hand in any more; after that, also with the likely mistake.
    """
    from autograder.instructor.course.due_dates import in_words
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.late import late_penalty
    from autograder.instructor.reports.feedback import closing_dates, write_feedback, write_zips

    folder = CourseFolder.here()
    pages = write_feedback(folder, folder.chosen(assignment), student)
    zips = [] if student else write_zips(folder, pages)
    if not quiet:
        print(f"{len(pages)} page{'s' if len(pages) != 1 else ''} in feedback/STUDENT/ASSIGNMENT/")
        for path in zips:
            print(f"to upload: {path.relative_to(folder.root)}")
        closing = closing_dates(folder, late_penalty(folder.nbgrader_config()))
        for name in dict.fromkeys(page.parent.name for page in pages):
            if name not in closing:
                print(f"{name}: hidden checks by title alone, since due_dates.csv has no date for it")
            elif closing[name] > datetime.now(UTC):
                until = in_words(closing[name])
                print(f"{name}: hidden checks by title alone; after {until}, this command adds their likely mistakes")


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
    from autograder.instructor.class_facts import read_marks
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.open_matters import open_matters
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


@app.command(
    epilog=examples(
        "autograder export 2-layers --format canvas --into gradebook.csv",
        "autograder export 2-layers --format moodle --into worksheet.csv --unmarked-as-zero",
    )
)
def export(
    assignment: Assignment = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="csv|canvas|moodle|gradescope|json", help="For whom.")
    ] = "csv",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; - is standard output.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Canvas's or Moodle's own file; a copy of it gets the marks of ASSIGNMENT."),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="The assignment's column in Canvas's file, if it has another name.")
    ] = None,
    unmarked_as_zero: Annotated[
        bool, typer.Option("--unmarked-as-zero", help="Let an unmarked answer count 0, rather than leave a blank.")
    ] = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write the marks for a spreadsheet, for Canvas, Moodle or Gradescope; late penalties are taken off.

    While an answer that a person has to mark has no points, its student's mark is left blank. In a file of Canvas's,
    whoever is excused (EX) or was not given the assignment (N/A) stays so; marks that change are listed, old and new.
    """
    from dataclasses import replace

    from autograder.console import progress
    from autograder.course import Course
    from autograder.instructor.class_facts import read_marks
    from autograder.instructor.course.due_dates import due_dates_of
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.open_matters import open_matters
    from autograder.instructor.exporting import ExportError
    from autograder.instructor.exporting.formats import FORMATS
    from autograder.reports.html import CONTROLS

    if format_ not in FORMATS:
        raise ExportError(f"there is no format {format_!r}: there are {', '.join(FORMATS)}")
    folder = CourseFolder.here()
    assignments = folder.chosen(assignment)
    to_stdout = output is not None and str(output) == "-"
    beside = into and into.with_name(f"{into.stem}-filled{into.suffix}")
    target = output or beside or folder.exported(assignment, FORMATS[format_].ending)
    if to_stdout and FORMATS[format_].is_archive:
        raise ExportError("a zip is nothing for a terminal: name a file with -o")
    if into is not None and (assignment is None or not FORMATS[format_].can_be_filled):
        raise ExportError("--into fills a file of Canvas's or Moodle's with one assignment: name it, and --format")
    if not to_stdout:
        if output is None and into is None:
            target.parent.mkdir(exist_ok=True)
        refuse_or_copy(target, force)  # before the work, not after it
    with progress("Reading marks", None, quiet or to_stdout) as step:
        marks = read_marks(folder, assignments, on_read=step)
    if assignment is None:  # those of later weeks are no news
        begun = {mark.assignment for mark in marks if mark.handed_in} | due_dates_of(folder, Course.installed()).keys()
        marks = [mark for mark in marks if mark.assignment in begun]
    unmarked = [mark.student.name for mark in marks if mark.unmarked]
    if unmarked_as_zero:
        marks = [replace(mark, unmarked=False, unreadable="", needs_manual_grade=False) for mark in marks]
    filled = _fill(into, marks, column) if into is not None else None
    content = filled.text if filled else FORMATS[format_].write(marks)
    print(str(content).translate(CONTROLS), end="") if to_stdout else write_atomically(target, content)
    if not quiet and not to_stdout:
        scores = (mark.final_score if FORMATS[format_].blank_while_unmarked else mark.score for mark in marks)
        count = filled.filled if filled else sum(score is not None for score in scores)
        print(f"{target}: {count} mark{'' if count == 1 else 's'}")
        if filled and filled.changed:
            print(f"old → new for {len(filled.changed)}: {plain('; '.join(filled.changed))}")
    if format_ == "canvas" and into is None:
        complain(
            "Canvas takes a column without its own number for a new assignment: give it back its export, --into FILE"
        )
    if unmarked:
        counts = unmarked_as_zero or not FORMATS[format_].blank_while_unmarked
        what = "what is not marked yet counts 0" if counts else "left blank, --unmarked-as-zero exports them"
        who = ", ".join(dict.fromkeys(unmarked))
        complain(f"{len(unmarked)} wait for somebody to mark their written answer; {what}: {who}")
    for line in open_matters(folder, assignments):
        complain(line)
    for said, who_is in filled.kept.items() if filled else ():
        complain(f"kept {said} for {len(who_is)}: {'; '.join(who_is)}")
    if filled and filled.without_mark:
        complain(f"no mark for {len(filled.without_mark)} in {into}: {'; '.join(filled.without_mark)}")
    if filled and filled.not_there:
        complain(f"{len(filled.not_there)} with a mark are not in {into}: {'; '.join(filled.not_there)}")
        raise typer.Exit(1)


def _fill(path: Path, marks: Sequence[Mark], column: str | None) -> FilledFile:
    from autograder.instructor.exporting import ExportError
    from autograder.instructor.exporting.fill import fill

    try:
        return fill(path.read_bytes().decode("utf-8"), marks, column)
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is not UTF-8: take it from Canvas or Moodle anew, not from a spreadsheet") from error
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
