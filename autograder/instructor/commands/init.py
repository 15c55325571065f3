"""``autograder init``: an instructor's course folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import examples

app = typer.Typer()


@app.command(epilog=examples("autograder init my-course", "autograder init my-course --roster canvas-gradebook.csv"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The course folder to make.")],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Who is in the class: a CSV file, or an export of Canvas or Moodle as it is."
        ),
    ] = None,
    book: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where your students' book is: sets a line in nbgrader_config.py.",
        ),
    ] = None,
) -> None:
    """Make a course folder for an instructor; what is there already stays as it is.

    It holds nbgrader's layout and configuration, roster.csv (who is in the class), due_dates.csv (when work is due),
    questions/ (for written questions of your own), and a README with the commands of a term in order.
    """
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.new import make_course_folder
    from autograder.instructor.gradebook.term import enter_term, students_of
    from autograder.instructor.gradebook.writer import CourseGradebook

    made = make_course_folder(folder, roster, book)
    course_folder = CourseFolder.here(folder)
    students = students_of(course_folder)
    with CourseGradebook(course_folder) as gradebook:
        enter_term(gradebook, students, {}, {})
    print(f"{folder}: " + (f"made {', '.join(path.name for path in made)}" if made else "everything is there already"))
    if students:
        print(f"in the gradebook: {len(students)} student{'s' if len(students) != 1 else ''} of roster.csv")
    print(f"Next: cd {folder} && autograder release")
