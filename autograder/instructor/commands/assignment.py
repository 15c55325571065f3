"""Commands for each assignment: ``autograder release | collect | grade | mark | gradescope-bundle``."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import (
    Assignment,
    DryRun,
    Force,
    OneAssignment,
    Quiet,
    ShutIn,
    Student,
    examples,
    refuse_or_copy,
)
from autograder.errors import Interrupted, complain, plain, plain_json

GOES_ON = "what was graded is kept, and the same command goes on from here"

app = typer.Typer()


@app.command(epilog="Example: autograder release 2-layers")
def release(assignment: Assignment = None, force: Force = False, quiet: Quiet = False) -> None:
    """Make the notebooks for students, and one zip with all that they need.

    Takes minutes the first time: each chapter is run with the reference solutions, and once more untouched. Later only
    what has changed since is run with them. A line tells each step.
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    from nbformat import NotebookNode

    from autograder.course import Chapter, chapters_of, chapters_to_read
    from autograder.instructor.class_facts import update_gradebook
    from autograder.instructor.course.about import about, course_of
    from autograder.instructor.course.due_dates import due_dates_of, own_due_dates_of
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.course.roster import students_of
    from autograder.instructor.course.written_questions import own_questions
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.releasing.bundle import recordings_of, write_bundle
    from autograder.instructor.releasing.release import points_of, run_reference
    from autograder.instructor.releasing.release import release as release_chapter
    from autograder.instructor.releasing.source import glued_values, source_notebook
    from autograder.notebooks.graft import read_notebook

    folder = CourseFolder.here()
    config = folder.nbgrader_config()
    course, said = course_of(folder, config), about(config)
    chapters = [chapter for chapter in chapters_of(course) if assignment in (None, chapter.assignment)]
    if not chapters:
        known = ", ".join(chapter.assignment for chapter in chapters_of(course))
        raise CourseFolderError(f"there is no assignment {assignment!r}: there are {known}")
    # Before the work, not after it: what cannot be read stops it.
    due, own = due_dates_of(folder, course), own_questions(folder, course)
    students_of(folder), own_due_dates_of(folder, course)
    begun = time.monotonic()

    def step(what: str) -> None:
        if not quiet:
            print(f"{time.monotonic() - begun:4.0f} s  {what}", file=sys.stderr, flush=True)

    def run(chapter: Chapter) -> NotebookNode:
        return run_reference(chapter, course, lambda what: step(f"{chapter.assignment}: {what}"))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # Each runs in a kernel of its own; what is written is written one after the other.
        running = [pool.submit(run, chapter) for chapter in chapters]
        recording = pool.submit(recordings_of, course)
        read_only = {chapter: pool.submit(run, chapter) for chapter in chapters_to_read(course)}
        try:
            for chapter, executed in zip(chapters, running, strict=True):
                question, name = own.get(chapter.assignment), chapter.assignment
                done = executed.result()
                release_chapter(
                    *(chapter, done, course, folder),
                    question=question,
                    due=due.get(name) if said.due_in_notebook else None,
                    force=force,
                    on_step=lambda what, name=name: step(f"{name}: {what}"),  # type: ignore[misc]
                )
            step("making the zip for students")
            recordings = recording.result()
            to_read = {
                chapter.path.stem: source_notebook(chapter, course, glued_values(executed.result()))
                for chapter, executed in read_only.items()
            }
        finally:
            pool.shutdown(cancel_futures=True)
    notebooks = [folder.released(name) for name in folder.assignments()]
    write_bundle(folder.bundle, notebooks, course, recordings, said.hand_in, due, to_read)
    with CourseGradebook(folder) as gradebook:
        update_gradebook(folder, course, gradebook)
    if not quiet:
        for chapter in chapters:
            asked = ", with your own written question" if chapter.assignment in own else ""
            path = folder.released(chapter.assignment)
            by_checks, by_hand = points_of(read_notebook(path))
            print(f"{chapter.assignment}: {path.relative_to(folder.root)}{asked}")
            print(
                f"{chapter.assignment}: {by_checks + by_hand} points ({by_checks} by checks, {by_hand} by hand): "
                "give the assignment these points in your learning system"
            )
        print(f"for students: {folder.bundle.relative_to(folder.root)}")


@app.command(
    epilog=examples(
        "autograder collect submissions.zip",
        "autograder collect submissions.zip 2-layers --dry-run",
        "autograder collect moodle.zip 2-layers --worksheet grading-worksheet.csv",
        "autograder collect submissions.zip 2-layers --times times.csv",
        'autograder collect from-mail.ipynb 2-layers --student ada --at "2026-11-05 22:10"',
        "autograder collect 2-layers-submissions --yes --json > collected.json",
        "autograder collect /srv/nbgrader/exchange/my-course/inbound --attempt first",
    )
)
def collect(
    path: Annotated[
        Path,
        typer.Argument(help="A download: the zip as it came, the folder it was unpacked to, clones, or one notebook."),
    ],
    assignment: Annotated[
        str | None, typer.Argument(help="Only this assignment, such as 2-layers; all that occur if left out.")
    ] = None,
    attempt: Annotated[
        str, typer.Option(metavar="first|last|N", help="Which of a student's attempts is to be graded; all are kept.")
    ] = "last",
    roster: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Who is in the class; the course folder's roster.csv if left out."),
    ] = None,
    worksheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Moodle's grading worksheet: when each handed in, and who is who, which its zip does not say.",
        ),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your table with the columns student and time, where the download has none."),
    ] = None,
    student: Annotated[
        str | None, typer.Option(metavar="ID", help="Whose it is, whatever it is called; with ASSIGNMENT.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When that student handed in, such as 2026-11-05 22:10, as due dates are."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
    dry_run: DryRun = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON; with --yes or --dry-run.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace also work that was put there by hand, and keep a copy of it.")
    ] = False,
) -> None:
    """Put what students handed in on a learning system into submitted/STUDENT/ASSIGNMENT/.

    Reads the downloads of Canvas, Moodle, Blackboard, Gradescope, Google Classroom and Classroom 50, clones of GitHub
    repositories, nbgrader's exchange, and plain folders such as STUDENT/2-layers.ipynb or STUDENT_2-layers.ipynb.
    Students are found by id, e-mail address or name in roster.csv; a notebook's assignment by its cells, whatever its
    file is called. A time that a student can set, such as a commit's, is called claimed.

    Shows what it found and asks before it writes. Every attempt is kept in collected/STUDENT/ASSIGNMENT/. To collect
    twice changes nothing. The exit status is 1 if something that may be somebody's work was not collected.
    """
    from autograder.console import print_table, progress
    from autograder.course import Course
    from autograder.instructor.collecting import preview
    from autograder.instructor.collecting.collect import CollectRequest, carry_out, planned_collection
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError

    folder, course = CourseFolder.here(), Course.installed()
    interactive = sys.stdin.isatty() and not as_json
    if not (yes or dry_run or interactive):
        raise CourseFolderError("nobody can be asked here: add --yes to write, or --dry-run to look")
    request = CollectRequest(path, assignment, roster, worksheet, times, student, at, attempt, force)
    with nullcontext() if dry_run else folder.only_one_grader(), ExitStack() as stack:
        with progress("Reading", None, as_json) as step:
            collection = stack.enter_context(planned_collection(folder, course, request, step))
        if not as_json:
            print_table(preview.table(collection))
            print("\n".join([*preview.remarks(collection), preview.summary(collection)]))
        for line in preview.notices(collection):
            complain(line)
        write = not dry_run and bool(collection.plan.to_write)
        if write and interactive and not yes:
            write = typer.confirm("Write this into submitted/ and collected/?")
        if write or not (dry_run or collection.plan.to_write):
            carry_out(folder, collection)  # what was handed in instead is noted even where nothing is written
    if as_json:
        print(plain_json(preview.to_json(collection, written=write)))
    elif write:
        print("Written. Next: autograder grade" + (f" {assignment}" if assignment else ""))
    else:
        done = collection.plan.complete and not collection.plan.to_write
        print("everything is collected already" if done else "nothing was written")
    raise typer.Exit(0 if collection.plan.complete else 1)


@app.command(epilog="Example: autograder grade 2-layers --workers 2 --json marks.json")
def grade(
    assignment: Assignment = None,
    student: Student = None,
    workers: Annotated[int, typer.Option(min=1, help="Sandboxes at a time.")] = 2,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Grade with the seed of an earlier run, to reproduce it.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all verdicts to FILE; - is standard output.")
    ] = None,
    sandbox: ShutIn = True,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Send submissions to the workers of this dask scheduler, such as tcp://10.0.0.5:8786, rather than to "
            "sandboxes here. Whoever reaches a scheduler runs code on it: a private network alone, or tls://.",
        ),
    ] = None,
    dry_run: DryRun = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Grade what was handed in, into nbgrader's gradebook."""
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.files import write_atomically
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.open_matters import open_matters
    from autograder.instructor.course.roster import students_of
    from autograder.instructor.grading.display import (
        changes_summary,
        changes_table,
        grading_progress,
        grading_summary,
        grading_table,
        stoppable,
    )
    from autograder.instructor.grading.grade_class import GradeRequest, grade_class

    folder = CourseFolder.here()
    to_stdout = json_file is not None and str(json_file) == "-"
    if json_file is not None and not to_stdout:
        refuse_or_copy(json_file, force)  # before the work, not after it
    request = GradeRequest(
        folder.chosen(assignment), student, workers, seed, sandbox, dry_run=dry_run, scheduler=scheduler
    )
    course, names = course_of(folder), {student.id: student.id_and_name for student in students_of(folder)}
    with stoppable() as is_asked_to_stop, grading_progress(quiet or to_stdout, is_asked_to_stop) as progress:
        try:
            run = grade_class(folder, course, request, progress)
        except KeyboardInterrupt as interrupt:
            raise Interrupted(f"interrupted; {GOES_ON}") from interrupt
    if run.waiting:
        raise Interrupted(f"interrupted with {len(run.graded)} graded and {run.waiting} to go; {GOES_ON}")
    if json_file is not None:
        text = plain_json(run.to_json())
        print(text) if to_stdout else write_atomically(json_file, text + "\n")
    if not quiet and not to_stdout:
        changes_table(run, names) if dry_run else grading_table(run, names)
        print(changes_summary(run) if dry_run else grading_summary(run))
    if run.cells_changed and not quiet:
        verb = "would follow" if dry_run else "follow"
        complain(f"the gradebook's points {verb} the checks: {', '.join(run.cells_changed)}")
    for line in [] if quiet else open_matters(folder, request.assignments):
        complain(line)
    for ungraded in run.ungraded:
        complain(f"not graded: {ungraded.submission.student}, {ungraded.submission.assignment}: {ungraded.reason}")
    if run.ungraded:
        raise typer.Exit(1)


@app.command(
    epilog=examples(
        "autograder mark 2-layers",
        "autograder mark --new-token bob",
        "autograder mark --host 0.0.0.0 --certificate server.pem",
    )
)
def mark(
    assignment: Assignment = None,
    host: Annotated[str, typer.Option(help="On which name or address of this machine to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Likewise; 0 for a free one.")] = 8765,
    certificate: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Certificate and key in one PEM file, for https.")
    ] = None,
    new_token: Annotated[
        list[str] | None, typer.Option(metavar="MARKER", help="Give somebody another token, and end.")
    ] = None,
) -> None:
    """Serve a page on which several people mark written answers, question by question, with the names hidden.

    Who marks stands in markers.csv: marker, and optionally section and question. Each gets a token to log in with, and
    so do you; it is printed once. c.Marking.double_percent in nbgrader_config.py lets two people mark some answers. The
    points and comments go into the gradebook at once. Ctrl-C ends it, and everybody can go on where they were.
    """
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.marking.access import admit
    from autograder.instructor.marking.serving import https_with, serve
    from autograder.instructor.marking.state import MarkingState

    folder = CourseFolder.here()
    assignments = folder.chosen(assignment)
    https = https_with(certificate) if certificate else None
    with CourseGradebook(folder) as gradebook:
        state = MarkingState.opened(folder, gradebook, assignments)
        tokens = admit(gradebook, state.team, new_token or ())
        for name, token in tokens.items():
            print(plain(f"token of {name}: {token}"))
        if tokens:
            print("Give each marker theirs. The gradebook keeps a digest of it alone, so nobody can see it again.")
        if new_token:
            return
        try:
            asyncio.run(serve(state, host, port, https, lambda at: print(f"marking at {at}", flush=True)))
        except KeyboardInterrupt:
            raise Interrupted("ended; what was saved is in the gradebook") from None
        except OSError as error:
            raise CourseFolderError(f"cannot serve at {host}, port {port}: {error.strerror or error}") from error


@app.command("gradescope-bundle", epilog="Example: autograder gradescope-bundle 2-layers -o autograder.zip")
def gradescope_bundle(
    assignment: OneAssignment,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE.zip", help="Where to.")] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make the zip to upload as an assignment's autograder on Gradescope; it holds solutions and hidden checks."""
    from autograder.console import progress
    from autograder.instructor.course.about import course_of
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.gradescope.bundle import write_gradescope_bundle
    from autograder.instructor.grading.submission import is_from_scratch

    folder = CourseFolder.here()
    (chosen,) = folder.chosen(assignment)
    target = output or folder.exported(chosen, "-gradescope-autograder.zip")
    if output is None:
        target.parent.mkdir(exist_ok=True)
    refuse_or_copy(target, force)
    with progress("Building", None, quiet):
        config = folder.nbgrader_config()
        course, from_scratch = course_of(folder, config), is_from_scratch(config)
        write_gradescope_bundle(target, folder.released(chosen), course, from_scratch=from_scratch)
    if not quiet:
        print(f"{target}: upload it as the autograder of {chosen}; it holds the solutions, so show it to no student")
