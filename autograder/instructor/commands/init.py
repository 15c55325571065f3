"""``autograder init``."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.instructor.commands import examples

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
) -> None:
    """Make a course folder for an instructor.

    It holds nbgrader's layout and configuration, roster.csv (who is in the class), due_dates.csv (when work is due),
    questions/ (for written questions of your own), and a README with the commands of a term in order. Files that are
    there already stay as they are.
    """
    from autograder.course import Course
    from autograder.instructor.class_facts import update_gradebook
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.init import make_course_folder
    from autograder.instructor.course.roster import students_of
    from autograder.instructor.gradebook import CourseGradebook

    made = make_course_folder(folder, roster)
    course_folder = CourseFolder.here(folder)
    students = students_of(course_folder)
    if students:
        with CourseGradebook(course_folder) as gradebook:
            update_gradebook(course_folder, Course.installed(), gradebook)
    names = ", ".join(str(path.relative_to(folder)) for path in made)
    print(f"{folder}: " + (f"made {names}" if made else "everything is there already"))
    if students:
        ids = f"{students[0].id}, …" if len(students) > 1 else students[0].id
        count = f"{len(students)} student{'s' if len(students) != 1 else ''}"
        print(f"in the gradebook: {count} of roster.csv, by these ids: {ids}")
    print(f"Next: cd {folder} && autograder release")
