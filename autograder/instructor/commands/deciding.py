"""Commands that decide about marks, and undo it: ``autograder points | drop | excuse | extend``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.errors import UsageError, complain, plain
from autograder.instructor.commands import DryRun, OneAssignment, OneStudent, Yes, examples, require_consent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.marks import Facts, Mark

app = typer.Typer()

Undo = Annotated[bool, typer.Option("--undo", help="Take the decision back.")]


@app.command(
    epilog=examples(
        "autograder points ASSIGNMENT EXERCISE.CHECK 3 --dry-run", "autograder points ASSIGNMENT EXERCISE.CHECK --undo"
    )
)
def points(
    assignment: OneAssignment,
    check: Annotated[str, typer.Argument(metavar="CHECK", help="EXERCISE.CHECK.")],
    number: Annotated[int | None, typer.Argument(metavar="POINTS", min=0, help="New number of points.")] = None,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Change the points of a check.

    The points change for everybody. Shows whose mark changes, and asks; no student's code is run again.
    """
    from autograder.checks import checks_of
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError
    from autograder.instructor.grading.explain import find_check
    from autograder.notebooks.graft import read_notebook, room_of

    folder = CourseFolder.here()
    folder.chosen(assignment)
    if number is None and not undo:
        raise CourseFolderError("say how many points it counts from now on, or --undo")
    released = read_notebook(folder.released(assignment))
    of_check = find_check(checks_of(room_of(released)), check)
    decision = Decision(assignment, "points", of_check.id, points=of_check.points if number is None else number)
    decide(folder, assignment, [decision], undo=undo, yes=yes, dry_run=dry_run)


@app.command(
    epilog=examples(
        "autograder drop ASSIGNMENT EXERCISE.CHECK --dry-run",
        "autograder drop ASSIGNMENT written --yes",
        "autograder drop ASSIGNMENT EXERCISE --undo",
    )
)
def drop(
    assignment: OneAssignment,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="EXERCISE.CHECK, EXERCISE or written.")],
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give everybody all points of a question.

    That is everybody who handed in; the question is a check, an exercise, or the written one. Shows whose mark
    changes, and asks; no student's code is run again. The checks' verdicts stay recorded.
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
        if not cells:
            raise UsageError(f"{assignment} has no written question")
    else:
        exercise = [check.id for check in checks if check.exercise == question]
        cells = exercise or [find_check(checks, question).id]
    decisions = [Decision(assignment, "dropped", cell) for cell in cells]
    decide(folder, assignment, decisions, undo=undo, yes=yes, dry_run=dry_run)


@app.command(
    epilog=examples("autograder excuse STUDENT ASSIGNMENT --dry-run", "autograder excuse STUDENT ASSIGNMENT --undo")
)
def excuse(
    student: OneStudent, assignment: OneAssignment, undo: Undo = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Excuse a student from an assignment.

    The report leaves it out; an export says EX to Canvas, and leaves the mark blank for other systems. What was
    handed in and graded stays as it is.
    """
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.directory import find_student
    from autograder.instructor.course.folder import CourseFolder

    folder = CourseFolder.here()
    folder.chosen(assignment)
    decision = Decision(assignment, "excused", student=find_student(folder, student).id)
    decide(folder, assignment, [decision], undo=undo, yes=yes, dry_run=dry_run)


@app.command(epilog=examples("autograder extend --dry-run", "autograder extend --yes", "autograder extend --undo"))
def extend(undo: Undo = False, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Bring extensions.csv into force.

    Extensions that it no longer has are taken back, and with --undo all are. Its columns are student (or a section of
    the roster), assignment (or * for the whole term), extension and reason; the reason is for you alone. An extension
    is a new date such as 2026-11-08 23:59, or +48h, or +2d.

    Shows until when each has time and whose mark changes, and asks. Later gradings follow it; no student's code is run.
    """
    from autograder.course import Course
    from autograder.instructor.course.decisions import TABLE_COLUMNS, extensions_of, gives_nothing
    from autograder.instructor.course.due_dates import assignments_of
    from autograder.instructor.course.folder import CourseFolder, CourseFolderError

    folder = CourseFolder.here()
    if not undo and not folder.extensions.exists():
        columns = ", ".join(TABLE_COLUMNS)
        raise CourseFolderError(f"there is no extensions.csv: make one with the columns {columns}, or --undo all")
    given = () if undo else extensions_of(folder, assignments_of(Course.installed()))

    def now(facts: Facts) -> Sequence[Decision]:
        decisions = (*(decision for decision in facts.decisions if decision.what != "extended"), *given)
        own_due = replace(facts, decisions=decisions).own_due
        names = {student.id: student.id_and_name for student in facts.students}
        for decision in given:
            if why := gives_nothing(decision, facts.due, own_due):
                who = names.get(decision.student, decision.student)
                complain(f"{who}, {decision.assignment}: {decision.extension} gives nothing: {why}")
        return decisions

    def shown(before: Sequence[Mark], after: Sequence[Mark]) -> Iterator[str]:
        moved = changed = 0
        pairs = sorted(zip(before, after, strict=True), key=lambda pair: pair[0].student.id)
        for was, is_ in pairs:
            changes = []
            if was.dates and is_.dates and was.dates.own_due.timestamp() != is_.dates.own_due.timestamp():
                changes.append(f"until {was.dates.own_due:%Y-%m-%d %H:%M} → {is_.dates.own_due:%Y-%m-%d %H:%M}")
                moved += 1
            if was.score != is_.score:
                changes.append(f"{was.score:g} → {is_.score:g} points")
                changed += 1
            if changes:
                yield f"{was.student.id_and_name}, {was.assignment}: {'; '.join(changes)}"
        yield f"{moved} due date{'s' if moved != 1 else ''} and {changed} mark{'s' if changed != 1 else ''} change"

    propose(folder, now, shown, undo=undo, yes=yes, dry_run=dry_run)


def decide(
    folder: CourseFolder, assignment: str, new: Sequence[Decision], *, undo: bool, yes: bool, dry_run: bool
) -> None:
    """Show the effect of decisions on an assignment, ask, and write them."""
    from autograder.instructor.course.decisions import with_decisions

    def now(facts: Facts) -> Sequence[Decision]:
        return with_decisions(facts.decisions, new, undo=undo)

    def shown(before: Sequence[Mark], after: Sequence[Mark]) -> Iterator[str]:
        names = {mark.student.id: mark.student.id_and_name for mark in before}
        for decision in new:
            who = f" {names.get(decision.student, decision.student)}" if decision.student else ""
            yield f"{'undo: ' if undo else ''}{assignment}:{who} {decision}"
        counting = [pair for pair in zip(before, after, strict=True) if not any(mark.excused for mark in pair)]
        changes = [(was, is_) for was, is_ in counting if was.score != is_.score]
        for was, is_ in changes:
            yield f"{was.student.id_and_name}, {was.assignment}: {was.score:g} → {is_.score:g} points"
        yield "1 mark changes" if len(changes) == 1 else f"{len(changes)} marks change"

    propose(folder, now, shown, undo=undo, yes=yes, dry_run=dry_run)


def propose(
    folder: CourseFolder,
    now: Callable[[Facts], Sequence[Decision]],
    shown: Callable[[Sequence[Mark], Sequence[Mark]], Iterator[str]],
    *,
    undo: bool,
    yes: bool,
    dry_run: bool,
) -> None:
    """Show the marks that other decisions give, ask, write the decisions, and bring the gradebook up to date.

    If it is killed between table and gradebook, the next command, such as this one again, makes up for it.
    """
    from autograder.course import Course
    from autograder.instructor.class_facts import facts_of, update_gradebook
    from autograder.instructor.course.decisions import write_decisions
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.marks import marks_of

    require_consent(yes=yes, dry_run=dry_run)
    course = Course.installed()
    with folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        with gradebook.open() as rows:
            facts = facts_of(folder, course, rows)
        decisions = now(facts)
        if set(decisions) == set(facts.decisions):
            print("nothing to undo" if undo else "it is decided so already")
            if not dry_run:
                update_gradebook(folder, course, gradebook)
            return
        for line in shown(marks_of(facts), marks_of(replace(facts, decisions=decisions))):
            print(plain(line))
        if not dry_run and (yes or typer.confirm("Write this?")):
            write_decisions(folder.decisions, decisions)
            update_gradebook(folder, course, gradebook)
            print("Taken back." if undo else "Written. The same command with --undo takes it back.")
        else:
            print("nothing was written")
