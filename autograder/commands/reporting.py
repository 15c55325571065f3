"""`autograder report` and `autograder export`: what a class has got, for people and for other systems."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.exporting.fill import Filled
    from autograder.marks import Mark

Assignment = Annotated[str | None, typer.Argument(help="An assignment's id, such as 2-layers; all if left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there, and keep a copy of it.")]


class Format(StrEnum):
    """What marks can be exported as."""

    CSV = "csv"
    CANVAS = "canvas"
    MOODLE = "moodle"
    GRADESCOPE = "gradescope"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command(epilog="Example: autograder report 2-layers")(report)
    app.command(epilog="Example: autograder export 2-layers --format canvas --into gradebook.csv")(export)


def report(assignment: Assignment = None, as_json: AsJson = False, quiet: Quiet = False) -> None:
    """Write a page about the class: marks, checks, mistakes, who needs help, similar work; and JSON beside it."""
    from datetime import UTC, datetime

    from autograder.console import progress
    from autograder.grading.course_folder import CourseFolder
    from autograder.grading.files import write_atomically
    from autograder.grading.marks import read_marks
    from autograder.grading.submission import room_of
    from autograder.notebooks.graft import read_notebook
    from autograder.reference import Course
    from autograder.reports.class_report import class_report
    from autograder.reports.public_code import public_code

    folder, course = CourseFolder.here(), Course.installed()
    assignments = folder.chosen(assignment)
    with progress("Reading marks", None, quiet or as_json) as step:
        marks = read_marks(folder, assignments, on_read=step)

    def public(one: str) -> list[str]:
        return public_code(course, room_of(read_notebook(folder.released(one))))

    with progress("Comparing", len(assignments), quiet or as_json) as step:
        made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        done = class_report(folder.root.name, marks, public, made, step)
    page = folder.report(assignment)
    page.parent.mkdir(exist_ok=True)
    text = json.dumps(done.numbers, indent=1, ensure_ascii=False)
    write_atomically(page, done.html)
    write_atomically(page.with_suffix(".json"), text + "\n")
    if as_json:
        print(text)
    elif not quiet:
        pairs = sum(len(one["similar"]) for one in done.numbers["assignments"])
        print(f"{page.relative_to(folder.root)}, and the same as JSON beside it")
        print(
            f"{len(done.numbers['needs_help'])} need help; {pairs} similar pair{'' if pairs == 1 else 's'} to look at"
        )


def export(
    assignment: Assignment = None,
    format_: Annotated[Format, typer.Option("--format", help="For whom.")] = Format.CSV,
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
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write the marks for a spreadsheet, for Canvas, Moodle or Gradescope; late penalties are taken off."""
    from autograder.commands.overwriting import refuse_or_copy
    from autograder.console import progress
    from autograder.exporting import ExportError
    from autograder.exporting.formats import FORMATS
    from autograder.grading.course_folder import CourseFolder
    from autograder.grading.files import write_atomically
    from autograder.grading.marks import read_marks
    from autograder.reports.text import plain

    folder = CourseFolder.here()
    assignments = folder.chosen(assignment)
    to_stdout = output is not None and str(output) == "-"
    target = output or (into and _beside(into)) or folder.exported(assignment, FORMATS[format_].ending)
    if to_stdout and format_ is Format.GRADESCOPE:
        raise ExportError("a zip is nothing for a terminal: name a file with -o")
    if into is not None and (assignment is None or format_ not in (Format.CANVAS, Format.MOODLE)):
        raise ExportError("--into fills a file of Canvas's or Moodle's with one assignment: name it, and --format")
    if not to_stdout:
        if output is None and into is None:
            target.parent.mkdir(exist_ok=True)
        refuse_or_copy(target, force)  # before the work, not after it
    with progress("Reading marks", None, quiet or to_stdout) as step:
        marks = read_marks(folder, assignments, on_read=step)
    filled = _fill(into, marks, column) if into is not None else None
    content = filled.text if filled else FORMATS[format_].write(marks)
    print(content, end="") if to_stdout else write_atomically(target, content)
    if not quiet and not to_stdout:
        count = filled.filled if filled else sum(mark.score is not None for mark in marks)
        print(f"{target}: {count} mark{'' if count == 1 else 's'}")
    waiting = sum(mark.needs_manual_grade for mark in marks)
    if waiting:
        print(f"autograder: {waiting} marks wait for a person; what is not marked yet counts 0", file=sys.stderr)
    if filled and filled.without_mark:
        names = plain("; ".join(filled.without_mark))
        print(f"autograder: no mark for {len(filled.without_mark)} in {into}: {names}", file=sys.stderr)
    if filled and filled.not_there:
        names = plain("; ".join(filled.not_there))
        print(f"autograder: {len(filled.not_there)} with a mark are not in {into}: {names}", file=sys.stderr)
        raise typer.Exit(1)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}-filled{path.suffix}")


def _fill(path: Path, marks: Sequence[Mark], column: str | None) -> Filled:
    from autograder.exporting import ExportError
    from autograder.exporting.fill import fill

    try:
        return fill(path.read_bytes().decode("utf-8"), marks, column)
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is not UTF-8: take it from Canvas or Moodle anew, not from a spreadsheet") from error
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
