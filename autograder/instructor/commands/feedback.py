"""``autograder feedback``: a page for each student."""

from __future__ import annotations

import typer

from autograder.commands.options import Assignment, Quiet, Student

app = typer.Typer()


@app.command(epilog="Example: autograder feedback 2-layers")
def feedback(
    assignment: Assignment = None,
    student: Student = None,
    quiet: Quiet = False,
) -> None:
    """Write a page for each student, hidden checks by title alone, and a zip to upload for each assignment."""
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.reports.feedback import write_feedback, write_zips

    folder = CourseFolder.here()
    pages = write_feedback(folder, folder.chosen(assignment), student)
    zips = [] if student else write_zips(folder, pages)
    if not quiet:
        print(f"{len(pages)} page{'s' if len(pages) != 1 else ''} in feedback/STUDENT/ASSIGNMENT/")
        for path in zips:
            print(f"to upload: {path.relative_to(folder.root)}")
