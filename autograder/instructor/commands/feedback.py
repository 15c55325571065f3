"""``autograder feedback``: a page for each student."""

from __future__ import annotations

from datetime import UTC, datetime

import typer

from autograder.commands.options import Assignment, Quiet, Student

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
    from autograder.instructor.gradebook.late_penalties import LatePenalty
    from autograder.instructor.reports.feedback import closing_dates, write_feedback, write_zips

    folder = CourseFolder.here()
    pages = write_feedback(folder, folder.chosen(assignment), student)
    zips = [] if student else write_zips(folder, pages)
    if not quiet:
        print(f"{len(pages)} page{'s' if len(pages) != 1 else ''} in feedback/STUDENT/ASSIGNMENT/")
        for path in zips:
            print(f"to upload: {path.relative_to(folder.root)}")
        closing = closing_dates(folder, LatePenalty(config=folder.nbgrader_config()))
        for name in dict.fromkeys(page.parent.name for page in pages):
            if name not in closing:
                print(f"{name}: hidden checks by title alone, since due_dates.csv has no date for it")
            elif closing[name] > datetime.now(UTC):
                until = in_words(closing[name])
                print(f"{name}: hidden checks by title alone; after {until}, this command adds their likely mistakes")
