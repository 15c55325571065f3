"""``autograder status``."""

import typer

from autograder.cli import Json
from autograder.user_errors import plain_json

app = typer.Typer()


@app.command(epilog="Example: autograder status")
def status(as_json: Json = False) -> None:
    """Show how far each assignment is.

    Of each: when it was released; how many students have handed in; works that could not be read when they were
    graded; works that are graded as they are now; works in which a written answer waits for a person; works that came
    late at an unknown time; and whether the present marks have been exported. Changes nothing and runs no student's
    code.
    """
    from autograder.course import Course
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.status import print_status, status_of

    assignments = status_of(CourseFolder.here(), Course.installed())
    if as_json:
        print(plain_json([assignment.to_json() for assignment in assignments]))
    else:
        print_status(assignments)
