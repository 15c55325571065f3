"""``autograder release``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli import Force, refuse_or_copy
from autograder.instructor.commands import Assignment, Quiet, examples
from autograder.user_errors import UsageError

if TYPE_CHECKING:
    from autograder.course import Course
    from autograder.instructor.course.folder import CourseFolder

app = typer.Typer()


@app.command(
    epilog=examples(
        "autograder release ASSIGNMENT", "autograder release ASSIGNMENT --format gradescope -o autograder.zip"
    )
)
def release(
    assignment: Assignment = None,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="notebooks|gradescope",
            help="gradescope: the zip with which Gradescope grades one assignment, as it was released.",
        ),
    ] = "notebooks",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write the zip for Gradescope.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the notebooks and the zip for students.

    Takes minutes the first time: each chapter is executed, unless the book was built here, and its exercises are run
    with the reference solutions and untouched. Later only chapters that have changed since are run.

    --format gradescope makes another zip instead, to upload as an assignment's autograder. It holds the solutions and
    the hidden checks. Only a course whose repository holds the grader, too, can make it.
    """
    if format_ not in ("notebooks", "gradescope"):
        raise UsageError(f"there is no format {format_!r}: there are notebooks, gradescope")
    if format_ == "gradescope":
        _release_for_gradescope(assignment, output, force=force, quiet=quiet)
    elif output is not None:
        raise UsageError("-o says where the zip for Gradescope goes: add --format gradescope")
    else:
        _release(assignment, force=force, quiet=quiet)


def _release(assignment: str | None, *, force: bool, quiet: bool) -> None:
    from autograder.console import progress
    from autograder.course import chapters_of
    from autograder.instructor.class_facts import update_gradebook
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError, about, course_of
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.releasing.release import release_chapters

    folder = CourseFolder.here()
    config = folder.nbgrader_config()
    course = course_of(folder, config)
    chapters = [chapter for chapter in chapters_of(course) if assignment in (None, chapter.assignment)]
    if not chapters:
        known = ", ".join(chapter.assignment for chapter in chapters_of(course))
        raise CourseFolderError(f"there is no assignment {assignment!r}: there are {known}")
    with progress("Releasing", len(chapters), quiet) as step:
        release_chapters(chapters, course, folder, about(config).hand_in, step, force=force)
    with CourseGradebook(folder) as gradebook:
        update_gradebook(folder, course, gradebook)
    if not quiet:
        for chapter in chapters:
            print("\n".join(_released_lines(folder, course, chapter.assignment)))
        print(f"for students: {folder.bundle.relative_to(folder.root)}")


def _released_lines(folder: CourseFolder, course: Course, assignment: str) -> list[str]:
    from autograder.instructor.class_facts import released_cells
    from autograder.instructor.course.decisions import read_decisions
    from autograder.instructor.course.written_questions import own_questions
    from autograder.instructor.marks import worth_now

    asked = ", with your own written question" if assignment in own_questions(folder, course) else ""
    worth = worth_now(released_cells(folder, assignment), read_decisions(folder.decisions, assignment)).values()
    by_hand = sum(cell.points for cell in worth if cell.by_hand)
    by_checks = sum(cell.points for cell in worth) - by_hand
    return [
        f"{assignment}: {folder.released(assignment).relative_to(folder.root)}{asked}",
        f"{assignment}: {by_checks + by_hand:g} points ({by_checks:g} by checks, {by_hand:g} by hand): "
        "give the assignment these points in your learning system",
    ]


def _release_for_gradescope(assignment: str | None, output: Path | None, *, force: bool, quiet: bool) -> None:
    from autograder.console import progress
    from autograder.instructor.course.folder import CourseFolder, course_of
    from autograder.instructor.gradescope.upload import write_gradescope_bundle

    folder = CourseFolder.here()
    if assignment is None:
        raise UsageError("Gradescope grades one assignment: name it")
    (chosen,) = folder.chosen(assignment)
    target = output or folder.exported(chosen, "-gradescope-autograder.zip")
    if output is None:
        target.parent.mkdir(exist_ok=True)
    refuse_or_copy(target, force)
    with progress("Building", None, quiet):
        write_gradescope_bundle(target, folder.released(chosen), course_of(folder))
    if not quiet:
        print(f"{target}: upload it as the autograder of {chosen}; it holds the solutions, so show it to no student")
