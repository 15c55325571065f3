"""Commands before a term: ``autograder new | init | doctor``."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands import Json, examples
from autograder.errors import plain

app = typer.Typer()


class Kind(StrEnum):
    """What can be begun."""

    COURSE = "course"
    CHAPTER = "chapter"
    EXERCISE = "exercise"


@app.command(
    epilog=examples(
        "autograder new course averages",
        "autograder new chapter 7-convolution",
        "autograder new exercise convolution.Residual",
    )
)
def new(
    kind: Annotated[Kind, typer.Argument(help="What to begin.")],
    name: Annotated[
        str, typer.Argument(help="A folder for a course; 7-convolution for a chapter; ROOM.NAME for an exercise.")
    ],
) -> None:
    """Begin a course, or a chapter or an exercise of the installed course: files in which WRITE: says what to write.

    The course's tests then say in words what is missing: how many checks, known mistakes and right answers are wanted.
    Nothing that is there is replaced.
    """
    from autograder.course import Course
    from autograder.instructor.authoring.missing import missing_of
    from autograder.instructor.authoring.new import new_chapter, new_course, new_exercise

    if kind is Kind.COURSE:
        written = new_course(Path(name))
        print(*written, sep="\n")
        print(f"Next: pip install -e {name} && autograder new chapter 1-NAME")
        return
    course = Course.installed()
    written = new_chapter(course, name) if kind is Kind.CHAPTER else new_exercise(course, name)
    print(*written, sep="\n")
    if kind is Kind.EXERCISE:
        room, _, public = name.partition(".")
        for exercise in course.exercises(room):
            if exercise.name == public:
                print("Missing:", *missing_of(course, exercise), sep="\n")


@app.command(epilog=examples("autograder init my-course", "autograder init my-course --roster canvas-gradebook.csv"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The course folder to make.")],
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Who is in the class: a CSV file, or an export of Canvas or Moodle as it is."
        ),
    ] = None,
    book: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Where your students' book is: sets a line in nbgrader_config.py.",
        ),
    ] = None,
) -> None:
    """Make a course folder for an instructor; what is there already stays as it is.

    It holds nbgrader's layout and configuration, roster.csv (who is in the class), due_dates.csv (when work is due),
    questions/ (for written questions of your own), and a README with the commands of a term in order.
    """
    from autograder.course import Course
    from autograder.instructor.class_facts import update_gradebook
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.init import make_course_folder
    from autograder.instructor.course.roster import students_of
    from autograder.instructor.gradebook import CourseGradebook

    made = make_course_folder(folder, roster, book)
    course_folder = CourseFolder.here(folder)
    students = students_of(course_folder)
    if students:
        with CourseGradebook(course_folder) as gradebook:
            update_gradebook(course_folder, Course.installed(), gradebook)
    print(f"{folder}: " + (f"made {', '.join(path.name for path in made)}" if made else "everything is there already"))
    if students:
        print(f"in the gradebook: {len(students)} student{'s' if len(students) != 1 else ''} of roster.csv")
    print(f"Next: cd {folder} && autograder release")


@app.command(epilog="Example: autograder doctor")
def doctor(as_json: Json = False) -> None:
    """Try what grading needs, above all the sandbox by attacking it, and name what mends what fails."""
    from autograder.instructor.doctor import examine

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
