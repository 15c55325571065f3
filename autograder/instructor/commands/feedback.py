"""``autograder feedback``."""

from datetime import UTC, datetime

import typer

from autograder.instructor.commands import Assignment, Quiet, Student

app = typer.Typer()


@app.command(epilog="Example: autograder feedback ASSIGNMENT")
def feedback(assignment: Assignment = None, student: Student = None, quiet: Quiet = False) -> None:
    """Write a page for each student.

    For each assignment also writes a zip to upload. Hidden checks appear by title alone while somebody can still hand
    in on time; after that, also with the likely mistake.
    """
    from autograder.instructor.course.directory import find_student
    from autograder.instructor.course.due_dates import in_words, late_penalty
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.reports.feedback import closing_dates, write_feedback, write_zips

    folder = CourseFolder.here()
    assignments = folder.chosen(assignment)
    pages = write_feedback(folder, assignments, find_student(folder, student).id if student is not None else None)
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
