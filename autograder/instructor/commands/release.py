"""``autograder release``."""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import Force, refuse_or_copy
from autograder.instructor.commands import Assignment, Quiet, examples
from autograder.user_errors import UsageError

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
    import os
    from concurrent.futures import ThreadPoolExecutor

    from autograder.console import progress
    from autograder.course import chapters_of, chapters_to_read
    from autograder.instructor.authoring.proving import require_fitting
    from autograder.instructor.class_facts import released_cells, update_gradebook
    from autograder.instructor.course.decisions import own_due_dates_of, read_decisions
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError, about, course_of
    from autograder.instructor.course.written_questions import own_questions
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.marks import worth_now
    from autograder.instructor.releasing.bundle import recordings_of, write_bundle
    from autograder.instructor.releasing.execution import executed_chapter
    from autograder.instructor.releasing.release import release as release_chapter
    from autograder.instructor.releasing.release import require_open_and_right
    from autograder.instructor.releasing.source import glued_values, source_notebook

    folder = CourseFolder.here()
    config = folder.nbgrader_config()
    course, settings = course_of(folder, config), about(config)
    chapters = [chapter for chapter in chapters_of(course) if assignment in (None, chapter.assignment)]
    if not chapters:
        known = ", ".join(chapter.assignment for chapter in chapters_of(course))
        raise CourseFolderError(f"there is no assignment {assignment!r}: there are {known}")
    # Before the work, not after it: what cannot be read stops it.
    require_fitting(course, chapters)
    own = own_questions(folder, course)
    own_due_dates_of(folder, course)
    with progress("Releasing", len(chapters), quiet) as step, ThreadPoolExecutor(os.cpu_count()) as pool:
        # Kernels run at the same time, each in a process of its own; files are written one after the other.
        executing = [pool.submit(executed_chapter, chapter, course) for chapter in chapters]
        reading = {chapter: pool.submit(executed_chapter, chapter, course) for chapter in chapters_to_read(course)}
        trying = [pool.submit(require_open_and_right, chapter, course) for chapter in chapters]
        recording = pool.submit(recordings_of, course)
        try:
            for chapter, executed, tried in zip(chapters, executing, trying, strict=True):
                tried.result()
                question = own.get(chapter.assignment)
                release_chapter(chapter, executed.result(), course, folder, question=question, force=force)
                step(chapter.assignment)
            recordings = recording.result()
            to_read = {
                chapter.path.stem: source_notebook(chapter, course, glued_values(executed.result()))
                for chapter, executed in reading.items()
            }
        finally:
            pool.shutdown(cancel_futures=True)
    notebooks = [folder.released(name) for name in folder.assignments()]
    write_bundle(folder.bundle, notebooks, course, recordings, settings.hand_in, to_read)
    with CourseGradebook(folder) as gradebook:
        update_gradebook(folder, course, gradebook)
    if not quiet:
        for chapter in chapters:
            asked = ", with your own written question" if chapter.assignment in own else ""
            decisions = read_decisions(folder.decisions, chapter.assignment)
            worth = worth_now(released_cells(folder, chapter.assignment), decisions).values()
            by_hand = sum(cell.points for cell in worth if cell.by_hand)
            by_checks = sum(cell.points for cell in worth) - by_hand
            print(f"{chapter.assignment}: {folder.released(chapter.assignment).relative_to(folder.root)}{asked}")
            print(
                f"{chapter.assignment}: {by_checks + by_hand:g} points ({by_checks:g} by checks, {by_hand:g} by hand): "
                "give the assignment these points in your learning system"
            )
        print(f"for students: {folder.bundle.relative_to(folder.root)}")


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
