"""Commands for each assignment before it is marked: ``autograder release | collect | status``."""

import sys
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import Force, Json, refuse_or_copy
from autograder.instructor.commands import WHO, Assignment, DryRun, Quiet, Yes, examples, require_consent
from autograder.user_errors import UsageError, complain, plain_json

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


@app.command(
    epilog=examples(
        "autograder collect submissions.zip",
        "autograder collect submissions.zip ASSIGNMENT --dry-run",
        "autograder collect moodle.zip ASSIGNMENT --worksheet grading-worksheet.csv",
        "autograder collect submissions.zip ASSIGNMENT --times times.csv",
        'autograder collect from-mail.ipynb ASSIGNMENT --student ada --at "2026-11-05 22:10"',
        "autograder collect submissions --yes --json > collected.json",
        "autograder collect /srv/nbgrader/exchange/my-course/inbound",
    )
)
def collect(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="PATH",
            help="A download: the zip as it came, the folder it was unpacked to, or one notebook.",
        ),
    ],
    assignment: Annotated[
        str | None, typer.Argument(metavar="ASSIGNMENT", help="Only this assignment; all that occur if left out.")
    ] = None,
    worksheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Moodle's grading worksheet, with the times and ids that its zip lacks."),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A table with the columns student and time, if the download has no times."),
    ] = None,
    student: Annotated[
        str | None,
        typer.Option(metavar="STUDENT", help=f"The owner of the file, whatever its name; with ASSIGNMENT. {WHO}"),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The time of that hand-in, written as due dates are: 2026-11-05 22:10."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the plan with each time and receipt as JSON; with --yes or --dry-run.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace also work that was put there by hand, and keep a copy of it.")
    ] = False,
) -> None:
    """Take in students' work.

    Puts it into submitted/STUDENT/ASSIGNMENT/. Reads the downloads of Canvas, Moodle, Gradescope, and nbgrader's
    exchange, plain folders such as STUDENT/ASSIGNMENT.ipynb or STUDENT_ASSIGNMENT.ipynb, and folders of clones.
    Students are found by id, e-mail address or name in roster.csv; a notebook's assignment by its cells, whatever its
    file is called. A time that a student can set is called claimed.

    Shows what it found and asks before it writes. Every attempt is kept in collected/STUDENT/ASSIGNMENT/. To collect
    twice changes nothing. The exit status is 1 if a file that can be a student's work was not collected.
    """
    from autograder.console import print_table, progress
    from autograder.course import Course
    from autograder.instructor.collecting import preview
    from autograder.instructor.collecting.collect import CollectRequest, carry_out, planned_collection
    from autograder.instructor.course.folder import CourseFolder

    folder, course = CourseFolder.here(), Course.installed()
    interactive = sys.stdin.isatty() and not as_json
    require_consent(yes=yes, dry_run=dry_run, interactive=interactive)
    request = CollectRequest(path, assignment, worksheet, times, student, at, force)
    with nullcontext() if dry_run else folder.only_one_grader(), ExitStack() as stack:
        with progress("Reading", None, as_json) as step:
            collection = stack.enter_context(planned_collection(folder, course, request, step))
        plan = collection.plan
        for line in preview.notices(plan):
            complain(line)
        if not as_json:
            print_table(preview.table(plan))
            print("\n".join([*preview.remarks(plan), preview.summary(plan)]))
        write = not dry_run and bool(plan.to_write)
        if write and interactive and not yes:
            write = typer.confirm("Write this into submitted/ and collected/?")
        if write or not (dry_run or plan.to_write):
            carry_out(folder, collection)  # class and due dates enter the gradebook even where nothing is written
    if as_json:
        print(plain_json(preview.to_json(plan, written=write)))
    elif write:
        print("Written. Next: autograder grade" + (f" {assignment}" if assignment else ""))
    else:
        done = plan.submissions and plan.complete and not plan.to_write
        print("everything is collected already" if done else "nothing was written")
    raise typer.Exit(0 if plan.complete else 1)


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
