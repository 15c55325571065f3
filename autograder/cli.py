"""The command line: `autograder …`. Imports what a command needs when it runs, so that --help answers at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import bundling, reporting
from autograder.commands.overwriting import refuse_or_copy
from autograder.commands.term import COLLECT_EXAMPLES, INIT_EXAMPLES, collect, init

app = typer.Typer(
    help="Release, check and grade the exercises of a course.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Assignment = Annotated[str | None, typer.Argument(help="An assignment's id, such as 2-layers; all if left out.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there, and keep a copy of it.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]


app.command(epilog=INIT_EXAMPLES)(init)


@app.command(epilog="Example: autograder release 2-layers")
def release(assignment: Assignment = None, force: Force = False, quiet: Quiet = False) -> None:
    """Make the notebooks for students, and one zip with all that they need."""
    import os
    from concurrent.futures import ThreadPoolExecutor

    from autograder.console import progress
    from autograder.grading.course_folder import CourseFolder, CourseFolderError
    from autograder.grading.term import due_dates_of, enter_term, students_of
    from autograder.notebooks.bundle import write_bundle
    from autograder.notebooks.release import release as release_chapter
    from autograder.notebooks.release import run_reference
    from autograder.reference import Course, chapters_of

    folder, course = CourseFolder.here(), Course.installed()
    chapters = [chapter for chapter in chapters_of(course) if assignment in (None, chapter.assignment)]
    if not chapters:
        known = ", ".join(chapter.assignment for chapter in chapters_of(course))
        raise CourseFolderError(f"there is no assignment {assignment!r}: there are {known}")
    students, due = students_of(folder), due_dates_of(folder)  # before the work, not after it
    with progress("Releasing", len(chapters) + 1, quiet) as step, ThreadPoolExecutor(os.cpu_count()) as pool:
        # Each runs in a kernel of its own; what is written is written one after the other.
        running = [pool.submit(run_reference, chapter, course) for chapter in chapters]
        try:
            for chapter, executed in zip(chapters, running, strict=True):
                release_chapter(chapter, executed.result(), course, folder, force=force)
                step(chapter.assignment)
        finally:
            pool.shutdown(cancel_futures=True)
        write_bundle(folder.bundle, [folder.released(name) for name in folder.assignments()], course)
        step("the bundle")
    enter_term(folder, students, due)
    if not quiet:
        for chapter in chapters:
            print(f"{chapter.assignment}: {folder.released(chapter.assignment).relative_to(folder.root)}")
        print(f"for students: {folder.bundle.relative_to(folder.root)}")


app.command(epilog=COLLECT_EXAMPLES)(collect)


@app.command(epilog="Example: autograder grade 2-layers --workers 2 --json marks.json")
def grade(
    assignment: Assignment = None,
    student: Annotated[str | None, typer.Option(help="Only this student's work.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Sandboxes at a time.")] = 2,
    seed: Annotated[int | None, typer.Option(help="Grade with the seed of an earlier run, to reproduce it.")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all verdicts to FILE; - is standard output.")
    ] = None,
    sandbox: Annotated[
        bool, typer.Option("--sandbox/--no-sandbox", help="Shut student code in; without, only for work you trust.")
    ] = True,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Send submissions to the workers of this dask scheduler, such as tcp://10.0.0.5:8786, rather than to "
            "sandboxes here. Whoever reaches a scheduler runs code on it: a private network alone, or tls://.",
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write no mark.")] = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Grade what was handed in, into nbgrader's gradebook."""
    from autograder.console import (
        changes_summary,
        changes_table,
        grading_progress,
        grading_summary,
        grading_table,
    )
    from autograder.grading.course_folder import CourseFolder
    from autograder.grading.files import write_atomically
    from autograder.grading.pipeline import GradeRequest, grade_class
    from autograder.grading.stopping import stoppable
    from autograder.reference import Course
    from autograder.reports.text import plain

    folder = CourseFolder.here()
    to_stdout = json_file is not None and str(json_file) == "-"
    if json_file is not None and not to_stdout:
        refuse_or_copy(json_file, force)  # before the work, not after it
    request = GradeRequest(
        folder.chosen(assignment), student, workers, seed, sandbox, dry_run=dry_run, scheduler=scheduler
    )
    course = Course.installed()
    with grading_progress(quiet or to_stdout) as live, stoppable() as stopping:

        def stopped(in_flight: int) -> None:
            what = f"finishing {in_flight} submission{'s' if in_flight != 1 else ''} in flight"
            print(f"autograder: {what}; Ctrl-C again stops at once", file=sys.stderr)

        try:
            run = grade_class(folder, course, request, live.set_total, live.graded, stopping, stopped)
        except KeyboardInterrupt as interrupt:
            raise Interrupted(f"interrupted; {GOES_ON}") from interrupt
    if run.waiting:
        raise Interrupted(f"interrupted with {len(run.graded)} graded and {run.waiting} to go; {GOES_ON}")
    if json_file is not None:
        text = json.dumps(run.to_json(), indent=1, ensure_ascii=False)
        print(text) if to_stdout else write_atomically(json_file, text + "\n")
    if not quiet and not to_stdout:
        changes_table(run) if dry_run else grading_table(run)
        print(changes_summary(run) if dry_run else grading_summary(run))
    for one in run.ungraded:
        who = f"{one.submission.student}, {one.submission.assignment}"
        print(f"autograder: not graded: {plain(who)}: {plain(one.reason)}", file=sys.stderr)
    if run.ungraded:
        raise typer.Exit(1)


@app.command(epilog="Example: autograder feedback 2-layers")
def feedback(
    assignment: Assignment = None,
    student: Annotated[str | None, typer.Option(help="Only this student's page.")] = None,
    quiet: Quiet = False,
) -> None:
    """Write a page for each student, hidden checks by title alone, and a zip to upload for each assignment."""
    from autograder.grading.course_folder import CourseFolder
    from autograder.grading.feedback import write_feedback, write_zips

    folder = CourseFolder.here()
    pages = write_feedback(folder, folder.chosen(assignment), student)
    zips = [] if student else write_zips(folder, pages)
    if not quiet:
        print(f"{len(pages)} page{'s' if len(pages) != 1 else ''} in feedback/STUDENT/ASSIGNMENT/")
        for path in zips:
            print(f"to upload: {path.relative_to(folder.root)}")


@app.command(epilog="Example: autograder explain ada 2-layers Linear.affine_map")
def explain(
    student: Annotated[str, typer.Argument(help="Whose work.")],
    assignment: Annotated[str, typer.Argument(help="An assignment's id, such as 2-layers.")],
    check: Annotated[str, typer.Argument(help="Exercise.check, or the check's own name where no other has it.")],
    python: Annotated[
        bool, typer.Option("--python", help="Then open Python with what was observed and expected.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the explanation as JSON.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox/--no-sandbox", help="Shut student code in; without, only for work you trust.")
    ] = True,
) -> None:
    """Reproduce one mark: seed, check, observed, expected, verdict; exit status 1 if another verdict was recorded."""
    from autograder.console import progress
    from autograder.grading.course_folder import CourseFolder
    from autograder.grading.explain import explain_mark
    from autograder.reference import Course
    from autograder.reports.explanation import explanation_json, explanation_text

    folder, course = CourseFolder.here(), Course.installed()
    with progress("Running the check again", None, as_json):
        mark = explain_mark(folder, course, student, assignment, check, isolated=sandbox)
    print(json.dumps(explanation_json(mark), indent=1) if as_json else explanation_text(mark))
    if python:
        from autograder.grading.explain import graded_notebook, trusted_names
        from autograder.grading.session import open_python

        names = None if sandbox else trusted_names(graded_notebook(folder, student, assignment))
        open_python(mark, course.names(mark.check.room), names)
    raise typer.Exit(0 if mark.reproduced else 1)


@app.command(epilog="Example: autograder check 2-layers.ipynb")
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Run all your answers from top to bottom, as the grader will, and show the visible checks."""
    from autograder.notebooks.check import check_notebook
    from autograder.reports.text import checks_text

    report = check_notebook(notebook)
    if as_json:
        print(json.dumps([verdict.record() for verdict in report.verdicts], indent=1))
    else:
        for note in report.notes:
            print(f"note: {note}")
        for exercise in dict.fromkeys(verdict.check.exercise for verdict in report.verdicts):
            print(checks_text(exercise, [v for v in report.verdicts if v.check.exercise == exercise]))
        points, possible = report.points
        print(f"{points} of {possible} points from visible checks; hidden checks and written answers come on top.")
    raise typer.Exit(0 if report.passed else 1)


@app.command(epilog="Example: autograder progress")
def progress(
    where: Annotated[Path, typer.Argument(metavar="[PATH]", help="A notebook, or the folder of them.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the progress as JSON.")] = False,
) -> None:
    """Say how far you are: exercises done and open, points of visible checks, and what to read next."""
    from autograder.console import progress as progress_bar
    from autograder.notebooks.check import notebooks_in, progress_of_notebook, runner

    paths = notebooks_in(where)
    found = []
    with progress_bar("Checking", len(paths), as_json) as step, runner() as run:
        for path in paths:
            found.append(progress_of_notebook(path, run))
            step(path.name)
    if as_json:
        print(json.dumps([one.record() for one in found], indent=1))
        return
    print("\n\n".join(map(repr, found)))
    if len(found) > 1:
        points, possible = sum(one.points for one in found), sum(one.possible for one in found)
        print(f"\n{points} of {possible} points from the visible checks of {len(found)} notebooks")


@app.command(epilog="Example: autograder fill 2-layers.ipynb my_layers.py filled.ipynb")
def fill(
    notebook: Annotated[Path, typer.Argument(help="A released notebook.")],
    source: Annotated[Path, typer.Argument(metavar="SOURCE.py", help="A Python file with your answers.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.ipynb", help="Where to write the filled notebook.")],
    force: Force = False,
) -> None:
    """Put the names that a Python file defines into the notebook's exercises."""
    import nbformat

    from autograder.notebooks.fill import NothingToFill, exercise_cells
    from autograder.notebooks.fill import fill as fill_notebook
    from autograder.notebooks.graft import MalformedNotebook, read_notebook

    released = read_notebook(notebook)
    if not exercise_cells(released):
        raise MalformedNotebook(f"{notebook} holds no exercise: fill a released notebook")
    try:
        filled = fill_notebook(released, source.read_text(encoding="utf-8-sig"))
    except (NothingToFill, UnicodeDecodeError) as error:
        raise NothingToFill(f"{source}: {error}") from error
    refuse_or_copy(out, force)
    nbformat.write(filled.notebook, out)
    absent = f"; not in {source.name}: {', '.join(filled.missing)}" if filled.missing else ""
    print(f"{out}: filled {', '.join(filled.found)}{absent}")


@app.command(epilog="Example: autograder doctor")
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False) -> None:
    """Try what grading needs, above all the sandbox by attacking it, and name what mends what fails."""
    from autograder.doctor import examine
    from autograder.reports.text import plain

    findings = []
    for finding in examine(Path.cwd()):
        findings.append(finding)
        if not as_json:  # each as soon as it is known: the sandbox takes a while
            print(plain(f"{'ok   ' if finding.ok else 'FAILS'} {finding.what}: {finding.says}"), flush=True)
            if finding.mend:
                print(plain(f"      mend it: {finding.mend}"), flush=True)
    if as_json:
        print(json.dumps([finding.record() for finding in findings], indent=1))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


reporting.register(app)
bundling.register(app)


def main() -> None:
    """Run the command line; an error that a user can mend is one line, with exit status 2 or 1."""
    try:
        app()
    except Exception as error:
        status = exit_status(error)
        if status is None:
            raise
        print(f"autograder: {one_line(error)}", file=sys.stderr)
        sys.exit(status)


GOES_ON = "what was graded is kept, and the same command goes on from here"


class Interrupted(Exception):
    """Somebody pressed Ctrl-C while work was done that can be taken up again."""


def one_line(error: Exception) -> str:
    """Return what an error says, in one line, the file first where there is one."""
    if isinstance(error, ModuleNotFoundError):
        return "this command is an instructor's: it needs the course's repository, with pip install -e '.[dev]'"
    if isinstance(error, OSError) and error.filename is not None:
        reason = {"FileNotFoundError": "does not exist"}.get(type(error).__name__, str(error.strerror))
        return f"{error.filename}: {reason[:1].lower()}{reason[1:]}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return " ".join(str(error).split())


def exit_status(error: Exception) -> int | None:
    """Return 2 for wrong use, 1 for work that failed, 130 for Ctrl-C, as shells do, and None for an error of ours."""
    wrong_use = {"CourseFolderError", "WouldOverwrite", "MalformedNotebook", "NothingToFill", "ExportError"}
    wrong_use |= {"FileNotFoundError", "IsADirectoryError", "NotADirectoryError"}
    failed = {"ReleaseError", "UnknownMarkup", "BundleError", "NoSandbox", "NoCourse", "GradebookError", "OSError"}
    failed |= {"ClusterError"}
    names = {base.__name__ for base in type(error).__mro__}
    if isinstance(error, ModuleNotFoundError):
        # The students' wheel leaves the grading out, and with it what only grading imports.
        ours = ("autograder.grading", "autograder.collecting", "autograder.exporting")
        optional = (*ours, "nbgrader", "jupytext", "distributed")
        return 1 if (error.name or "").startswith(optional) else None
    return 130 if "Interrupted" in names else 2 if names & wrong_use else 1 if names & failed else None


if __name__ == "__main__":
    main()
