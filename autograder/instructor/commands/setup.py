"""Commands for the course folder and for authors: ``autograder prove | init | doctor``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli import Json
from autograder.instructor.commands import examples
from autograder.user_errors import plain, plain_json

app = typer.Typer()


@app.command(epilog=examples("autograder prove", "autograder prove ROOM --seeds 200"))
def prove(
    room: Annotated[str | None, typer.Argument(metavar="ROOM", help="Only this chapter; all if left out.")] = None,
    seeds: Annotated[int, typer.Option(min=1, metavar="N", help="Number of runs, each with a seed of its own.")] = 20,
    as_json: Json = False,
) -> None:
    """Prove the checks of a course.

    First come the files: what is left to write, and names that occur in one file and are missing in another. Then, at
    each seed, the reference answers alike twice, each known mistake fails the same checks, which tell of it and of no
    other, and each right answer of tests/right/ROOM.md passes. A line for each fault names the file; the exit status is
    then 1.
    """
    from dataclasses import asdict

    from autograder.console import progress
    from autograder.course import Course, chapters_of
    from autograder.instructor.authoring.proving import disproved, faults_of
    from autograder.user_errors import UsageError

    course = Course.installed()
    chapters = [chapter for chapter in chapters_of(course) if room in (None, chapter.room)]
    if not chapters:
        known = ", ".join(chapter.room for chapter in chapters_of(course)) or "none with exercises"
        raise UsageError(f"there is no chapter {room or ''}: there are {known}")
    faults = [fault for chapter in chapters for fault in faults_of(course, chapter)]
    if not faults:
        exercises = [exercise for chapter in chapters for exercise in course.exercises(chapter.room)]
        with progress("Proving", len(exercises), as_json) as step:
            for exercise in exercises:
                faults += disproved(course, exercise.room, exercise.name, range(seeds))
                step(exercise.name)
    if as_json:
        print(plain_json({"seeds": seeds, "faults": [asdict(fault) for fault in faults]}))
    else:
        for fault in faults:
            print(plain(str(fault)))
        what = ", ".join(chapter.room for chapter in chapters)
        print(f"{what}: {f'{len(faults)} do not hold' if faults else f'all holds at {seeds} seeds'}")
    raise typer.Exit(1 if faults else 0)


@app.command(epilog=examples("autograder init my-course", "autograder init my-course --roster canvas-gradebook.csv"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The course folder to make.")],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Who is in the class: a CSV file, or an export of Canvas or Moodle as it is."
        ),
    ] = None,
) -> None:
    """Make a course folder for an instructor.

    It holds nbgrader's layout and configuration, roster.csv (who is in the class), due_dates.csv (when work is due),
    questions/ (for written questions of your own), and a README with the commands of a term in order. Files that are
    there already stay as they are.
    """
    from autograder.course import Course
    from autograder.instructor.class_facts import update_gradebook
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.init import make_course_folder
    from autograder.instructor.course.roster import students_of
    from autograder.instructor.gradebook import CourseGradebook

    made = make_course_folder(folder, roster)
    course_folder = CourseFolder.here(folder)
    students = students_of(course_folder)
    if students:
        with CourseGradebook(course_folder) as gradebook:
            update_gradebook(course_folder, Course.installed(), gradebook)
    names = ", ".join(str(path.relative_to(folder)) for path in made)
    print(f"{folder}: " + (f"made {names}" if made else "everything is there already"))
    if students:
        ids = f"{students[0].id}, …" if len(students) > 1 else students[0].id
        count = f"{len(students)} student{'s' if len(students) != 1 else ''}"
        print(f"in the gradebook: {count} of roster.csv, by these ids: {ids}")
    print(f"Next: cd {folder} && autograder release")


@app.command(epilog="Example: autograder doctor")
def doctor(as_json: Json = False) -> None:
    """Try the sandbox and the packages of grading.

    Attacks each wall of the sandbox, and names the command that mends what fails. The exit status is 1 if something
    fails.
    """
    from dataclasses import asdict

    from autograder.instructor.doctor import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        if not as_json:  # each as soon as it is known: the sandbox takes a while
            print(plain(f"{'ok   ' if finding.ok else 'FAILS'} {finding.what}: {finding.says}"), flush=True)
            if finding.mend:
                print(plain(f"      mend it: {finding.mend}"), flush=True)
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)
