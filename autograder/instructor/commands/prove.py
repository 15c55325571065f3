"""``autograder prove``."""

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
