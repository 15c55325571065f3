"""``autograder new``: what a course, a chapter or an exercise begins with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from autograder.commands.options import examples

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
