"""``autograder report``."""

from datetime import UTC, datetime

import typer

from autograder.cli import Json
from autograder.instructor.commands import Assignment, Quiet
from autograder.user_errors import complain, plain_json

app = typer.Typer()


@app.command(epilog="Example: autograder report ASSIGNMENT")
def report(assignment: Assignment = None, as_json: Json = False, quiet: Quiet = False) -> None:
    """Write a page about the class.

    It shows marks, checks, mistakes, who needs help, and similar work. The same is written as JSON beside it.
    """
    from autograder.console import progress
    from autograder.course import Course
    from autograder.instructor.class_facts import read_marks
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.reminders import reminders
    from autograder.instructor.reports.class_report import class_report
    from autograder.instructor.reports.public_code import Public, public_in
    from autograder.notebooks.graft import read_notebook

    folder, course = CourseFolder.here(), Course.installed()
    assignments = folder.chosen(assignment)
    with progress("Reading marks", None, quiet or as_json):
        marks = read_marks(folder, assignments)

    def public(name: str) -> Public:
        return public_in(course, read_notebook(folder.released(name)))

    with progress("Comparing", len(assignments), quiet or as_json) as step:
        made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        done = class_report(folder.root.name, marks, public, made, step)
    page = folder.report(assignment)
    page.parent.mkdir(exist_ok=True)
    text = plain_json(done.numbers)
    write_atomically(page, done.html)
    write_atomically(page.with_suffix(".json"), text + "\n")
    for line in [] if quiet else reminders(folder, assignments):
        complain(line)
    if as_json:
        print(text)
    elif not quiet:
        sections = done.numbers["assignments"]
        pairs, equal = (sum(len(section[name]) for section in sections) for name in ("similar", "same_answers"))
        print(f"{page.relative_to(folder.root)}, and the same as JSON beside it")
        same = f", {equal} group{'' if equal == 1 else 's'} with the same answers throughout" if equal else ""
        in_need = len(done.numbers["needs_help"])
        if unread := len(done.numbers["unreadable"]):
            print(f"{unread} file{'' if unread == 1 else 's'} could not be read")
        print(f"{in_need} need help; {pairs} similar pair{'' if pairs == 1 else 's'} to look at{same}")
