"""Commands that decide about marks, and undo it: ``autograder points | drop | excuse | extend``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.commands import DryRun, OneAssignment, examples
from autograder.errors import complain, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.course import Course
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.gradebook import CourseGradebook

app = typer.Typer()

Question = Annotated[str, typer.Argument(help="Exercise.check; drop also takes an exercise, or written.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the decision back.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]
ENDING = {False: "Written. The same command with --undo takes it back.", True: "Taken back."}


@app.command(
    epilog=examples(
        "autograder points 2-layers Linear.affine_map 3 --dry-run",
        "autograder points 2-layers Linear.affine_map --undo",
    )
)
def points(
    assignment: OneAssignment,
    question: Question,
    number: Annotated[int | None, typer.Argument(metavar="POINTS", min=0, help="What it counts from now on.")] = None,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Let a check count other points for everybody. Shows whose mark changes, and asks; nobody's code is run again."""
    from autograder.checks import checks_of
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.grading.explain import find_check
    from autograder.notebooks.graft import read_notebook, room_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    if number is None and not undo:
        raise CourseFolderError("say how many points it counts from now on, or --undo")
    check = find_check(checks_of(room_of(read_notebook(folder.released(assignment)))), question)
    decision = Decision(assignment, "points", check.id, points=number or 0)
    decide(folder, assignment, [decision], undo=undo, yes=yes, dry_run=dry_run)


@app.command(
    epilog=examples(
        "autograder drop 2-layers Linear.affine_map --dry-run",
        "autograder drop 2-layers written --yes",
        "autograder drop 2-layers Linear --undo",
    )
)
def drop(
    assignment: OneAssignment, question: Question, undo: Undo = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Give everybody who handed in all points of a question: a check, an exercise, or the written one.

    Shows whose mark changes, and asks; nobody's code is run again. What the checks said stays recorded.
    """
    from autograder.checks import checks_of
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.grading.explain import find_check
    from autograder.notebooks.graft import grade_id_of, is_written, read_notebook, room_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    released = read_notebook(folder.released(assignment))
    checks = checks_of(room_of(released))
    if question == "written":
        cells = [str(grade_id_of(cell)) for cell in released.cells if is_written(cell)]
    else:
        exercise = [check.id for check in checks if check.exercise == question]
        cells = exercise or [find_check(checks, question).id]
    decisions = [Decision(assignment, "dropped", cell) for cell in cells]
    decide(folder, assignment, decisions, undo=undo, yes=yes, dry_run=dry_run)


@app.command(epilog=examples("autograder excuse ada 2-layers --dry-run", "autograder excuse ada 2-layers --undo"))
def excuse(
    student: Annotated[str, typer.Argument(help="Who.")],
    assignment: OneAssignment,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Excuse a student from an assignment: the report leaves it out, and exports say EX to Canvas, and else no mark.

    What was handed in and graded stays as it is.
    """
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.course.roster import students_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    known = {one.id for one in students_of(folder)}
    if student not in known and not (folder.root / "submitted" / student).is_dir():
        raise CourseFolderError(f"there is no student {student!r} in roster.csv or submitted/")
    decision = Decision(assignment, "excused", student=student)
    decide(folder, assignment, [decision], undo=undo, yes=yes, dry_run=dry_run)


@app.command(epilog=examples("autograder extend --dry-run", "autograder extend --yes", "autograder extend --undo"))
def extend(undo: Undo = False, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Bring the extensions of extensions.csv into force, and take back those that it no longer has; --undo takes all.

    Its columns are student, assignment (or * for the whole term), extension and reason; the reason is for you alone.
    An extension is a new date such as 2026-11-08 23:59, or +48h, +2d, or x1.5 of the time from release to due date.
    Shows until when each has time and whose mark changes, and asks. Later gradings follow it; nobody's code is run.
    """
    from autograder.course import Course
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.roster import students_of
    from autograder.instructor.extending import plan_extensions
    from autograder.instructor.gradebook import CourseGradebook

    folder, course = CourseFolder.here(), Course.installed()
    require_somebody_to_ask(yes=yes, dry_run=dry_run)
    names = {one.id: one.id_and_name for one in students_of(folder)}
    with folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        plan = plan_extensions(folder, course, gradebook, undo=undo)
        for decision, why in plan.idle:
            who = names.get(decision.student, decision.student)
            complain(f"{who}, {decision.assignment}: {decision.extension} gives nothing: {why}")
        if not plan.learned:
            decided_already(folder, course, gradebook, undo=undo, dry_run=dry_run)
            return
        for one in plan.changes:
            said = [f"until {one.before:%Y-%m-%d %H:%M} → {one.now:%Y-%m-%d %H:%M}"] if one.moves else []
            said += [f"{one.points[0]:g} → {one.points[1]:g} points"] if one.points else []
            print(plain(f"{names.get(one.student, one.student)}, {one.assignment}: {'; '.join(said)}"))
        dates = sum(one.moves for one in plan.changes)
        marks = sum(one.points is not None for one in plan.changes)
        print(f"{dates} due date{'s' if dates != 1 else ''} and {marks} mark{'s' if marks != 1 else ''} change")
        if to_be_written(yes=yes, dry_run=dry_run):
            write(folder, course, gradebook, plan.decisions, undo=undo)


def require_somebody_to_ask(*, yes: bool, dry_run: bool) -> None:
    """Refuse to begin what nobody could agree to."""
    from autograder.instructor.course.folder import CourseFolderError

    if not (yes or dry_run or sys.stdin.isatty()):
        raise CourseFolderError("nobody can be asked here: add --yes to write, or --dry-run to look")


def to_be_written(*, yes: bool, dry_run: bool) -> bool:
    """Return whether to write what was shown; where not, say that nothing was written."""
    if not dry_run and (yes or typer.confirm("Write this?")):
        return True
    print("nothing was written")
    return False


def decide(
    folder: CourseFolder, assignment: str, new: Sequence[Decision], *, undo: bool, yes: bool, dry_run: bool
) -> None:
    """Show what decisions on an assignment change, ask, and write them."""
    from dataclasses import replace

    from autograder.course import Course
    from autograder.instructor.course.decisions import with_decisions
    from autograder.instructor.facts import facts_of
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.marks import marks_of

    require_somebody_to_ask(yes=yes, dry_run=dry_run)
    course = Course.installed()
    with folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        gradebook.require_assignment(assignment)
        with gradebook.open() as rows:
            facts = facts_of(folder, course, rows)
        now = with_decisions(facts.decisions, new, undo=undo)
        if set(now) == set(facts.decisions):
            decided_already(folder, course, gradebook, undo=undo, dry_run=dry_run)
            return
        before = marks_of(facts, [assignment])
        after = marks_of(replace(facts, decisions=now), [assignment])
        changes = [(was, is_) for was, is_ in zip(before, after, strict=True) if was.raw_score != is_.raw_score]
        for one in new:
            print(plain(f"{'undo: ' if undo else ''}{assignment}: {one.student or ''} {one}".replace("  ", " ")))
        for was, is_ in changes:
            print(plain(f"{was.student.id}: {was.raw_score:g} → {is_.raw_score:g} points"))
        print("1 mark changes" if len(changes) == 1 else f"{len(changes)} marks change")
        if to_be_written(yes=yes, dry_run=dry_run):
            write(folder, course, gradebook, now, undo=undo)


def decided_already(
    folder: CourseFolder, course: Course, gradebook: CourseGradebook, *, undo: bool, dry_run: bool
) -> None:
    """Say that nothing is to be decided, and make up for what a killed command may have left."""
    from autograder.instructor.facts import update_gradebook

    if not dry_run:
        update_gradebook(folder, course, gradebook)
    print("nothing to undo" if undo else "it is decided so already")


def write(
    folder: CourseFolder, course: Course, gradebook: CourseGradebook, decisions: Sequence[Decision], *, undo: bool
) -> None:
    """Write decisions, and let the gradebook follow; killed between the two, the next command makes up for it."""
    from autograder.instructor.course.decisions import write_decisions
    from autograder.instructor.facts import update_gradebook

    write_decisions(folder.decisions, decisions)
    update_gradebook(folder, course, gradebook)
    print(ENDING[undo])
