"""``autograder export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import Force, refuse_or_copy
from autograder.instructor.commands import Assignment, Quiet, examples
from autograder.user_errors import complain, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograder.instructor.exporting.lms_file import FilledFile
    from autograder.instructor.marks import Mark

app = typer.Typer()


@app.command(
    epilog=examples(
        "autograder export ASSIGNMENT --format canvas --into gradebook.csv",
        "autograder export ASSIGNMENT --format moodle --into worksheet.csv --unmarked-as-zero",
    )
)
def export(
    assignment: Assignment = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="csv|canvas|moodle|gradescope|json", help="The system to export for.")
    ] = "csv",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="The file to write; - is standard output.")
    ] = None,
    into: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Canvas's or Moodle's own file; a copy of it gets the marks of ASSIGNMENT."),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The assignment's column in Canvas's file, if it has another name."),
    ] = None,
    unmarked_as_zero: Annotated[
        bool, typer.Option("--unmarked-as-zero", help="Let an unmarked answer count 0, rather than leave a blank.")
    ] = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write marks for Canvas, Moodle or Gradescope.

    Or, without --format, for a spreadsheet. Late penalties are taken off. While an answer that a person has to mark has
    no points, its student's mark is left blank. In a file of Canvas's, whoever is excused (EX) or was not given the
    assignment (N/A) stays so; marks that change are listed, old and new.
    """
    from dataclasses import replace

    from autograder.console import progress
    from autograder.course import Course
    from autograder.instructor.class_facts import read_marks
    from autograder.instructor.course.due_dates import due_dates_of
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.reminders import reminders
    from autograder.instructor.exporting.formats import FORMATS, ExportError
    from autograder.instructor.status import note_export
    from autograder.reports.html import CONTROLS

    if format_ not in FORMATS:
        raise ExportError(f"there is no format {format_!r}: there are {', '.join(FORMATS)}")
    folder, chosen = CourseFolder.here(), FORMATS[format_]
    assignments = folder.chosen(assignment)
    to_stdout = output is not None and str(output) == "-"
    beside = into and into.with_name(f"{into.stem}-filled{into.suffix}")
    target = output or beside or folder.exported(assignment, chosen.ending)
    if to_stdout and chosen.is_archive:
        raise ExportError("a terminal cannot show a zip: name a file with -o")
    if into is not None and (assignment is None or not chosen.why_filled):
        raise ExportError("--into fills a file of Canvas's or Moodle's with one assignment: name it, and --format")
    if not to_stdout:
        if output is None and into is None:
            target.parent.mkdir(exist_ok=True)
        refuse_or_copy(target, force)  # before the work, not after it
    with progress("Reading marks", None, quiet or to_stdout):
        marks = read_marks(folder, assignments)
    if assignment is None:  # those of later weeks are no news
        begun = {mark.assignment for mark in marks if mark.handed_in} | due_dates_of(folder, Course.installed()).keys()
        marks = [mark for mark in marks if mark.assignment in begun]
    exported = marks
    if unmarked_as_zero:
        exported = [replace(mark, unmarked=False, unreadable="", needs_manual_grade=False) for mark in marks]
    filled = _fill(into, exported, column) if into is not None else None
    content = filled.text if filled else chosen.write(exported)
    if to_stdout:
        print(str(content).translate(CONTROLS), end="")
    else:
        write_atomically(target, content)
        note_export(folder, marks)
    if not quiet and not to_stdout:
        scores = (mark.final_score if chosen.blank_while_unmarked else mark.score for mark in exported)
        count = filled.filled if filled else sum(score is not None for score in scores)
        print(f"{target}: {count} mark{'' if count == 1 else 's'}")
        if filled and filled.changed:
            print(f"old → new for {len(filled.changed)}: {plain('; '.join(filled.changed))}")
    if into is None and chosen.why_filled:
        complain(f"{chosen.why_filled}: give it back its own file, --into FILE")
    left_blank = chosen.blank_while_unmarked and not unmarked_as_zero
    remarks = [*_waiting(marks, left_blank=left_blank), *reminders(folder, assignments)]
    for line in [*remarks, *(filled.remarks(into) if filled and into else [])]:
        complain(line)
    if filled and filled.not_there:
        raise typer.Exit(1)


def _waiting(marks: Sequence[Mark], *, left_blank: bool) -> Iterator[str]:
    """Yield a line on the marks that wait for a person, and one on those that wait for a second look."""
    unmarked = [mark.student.id_and_name for mark in marks if mark.unmarked]
    second_look = [mark.student.id_and_name for mark in marks if mark.needs_manual_grade and not mark.unmarked]
    what = "left blank, --unmarked-as-zero exports them" if left_blank else "what is not marked yet counts 0"
    for waiting, why in (
        (unmarked, f"wait for a mark of their written answer; {what}"),
        (second_look, "wait for a second look; exported with the points so far"),
    ):
        if waiting:
            yield f"{len(waiting)} {why}: {', '.join(dict.fromkeys(waiting))}"


def _fill(path: Path, marks: Sequence[Mark], column: str | None) -> FilledFile:
    from autograder.instructor.exporting.formats import ExportError
    from autograder.instructor.exporting.lms_file import fill

    try:
        return fill(path.read_bytes().decode("utf-8"), marks, column)
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is not UTF-8: take it from Canvas or Moodle anew, not from a spreadsheet") from error
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
