"""Commands that decide about marks, and undo it: ``autograder points | drop | excuse | extend``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.instructor.commands import WHICH, WHO, DryRun, OneAssignment, OneStudent, Yes, examples, require_consent
from autograder.user_errors import UsageError, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.marks import Mark

app = typer.Typer()

ALL = "all"  # of the assignments: * is more than one word in a shell
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


@app.command(
    epilog=examples(
        "autograder extend STUDENT ASSIGNMENT +48h --dry-run",
        "autograder extend STUDENT all +7d --yes",
        "autograder extend SECTION ASSIGNMENT '2026-11-08 23:59'",
        "autograder extend STUDENT ASSIGNMENT --undo",
    )
)
def extend(
    student: Annotated[str, typer.Argument(metavar="STUDENT", help=f"{WHO} Or a section of the class.")],
    assignment: Annotated[str, typer.Argument(metavar="ASSIGNMENT", help=f"{WHICH}; or all, for the whole term.")],
    extension: Annotated[
        str | None, typer.Argument(metavar="TIME", help="A date such as '2026-11-08 23:59', or +48h, or +2d.")
    ] = None,
    undo: Undo = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give a student, or a section, more time.

    Hours and days are counted from the due date and move with it; a date stays. Shows until when each has time and
    whose mark changes, and asks. Later gradings follow it; no student's code is run.
    """
    from autograder.course import Course
    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.directory import find_student, known_students
    from autograder.instructor.course.due_dates import FORMS, WHOLE_TERM, assignments_of, parse_extension
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.roster import by_section

    folder, assignments = CourseFolder.here(), assignments_of(Course.installed())
    if assignment not in (*assignments, ALL):
        raise UsageError(f"there is no assignment {assignment!r}: there are {', '.join(assignments)}, or {ALL}")
    if extension is None and not undo:
        raise UsageError(f"say how much more time: {FORMS}; or --undo")
    try:
        given = parse_extension(extension) if extension else None
    except ValueError as error:
        raise UsageError(str(error)) from None
    if given and given.until and assignment == ALL:
        raise UsageError("one date cannot be an extension for all of the term: write +48h or +2d")
    who = student if student in by_section(known_students(folder)) else find_student(folder, student).id
    named = WHOLE_TERM if assignment == ALL else assignment
    decision = Decision(named, "extended", student=who, extension=given.text if given else "")
    decide(folder, named, [decision], undo=undo, yes=yes, dry_run=dry_run)


def decide(
    folder: CourseFolder, assignment: str, new: Sequence[Decision], *, undo: bool, yes: bool, dry_run: bool
) -> None:
    """Show the marks that decisions give, ask, write the decisions, and bring the gradebook up to date.

    If it is killed between table and gradebook, the next command, such as this one again, makes up for it.
    """
    from autograder.course import Course
    from autograder.instructor.class_facts import facts_of, update_gradebook
    from autograder.instructor.course.decisions import with_decisions, write_decisions
    from autograder.instructor.course.due_dates import WHOLE_TERM
    from autograder.instructor.gradebook import CourseGradebook
    from autograder.instructor.marks import marks_of

    require_consent(yes=yes, dry_run=dry_run)
    course = Course.installed()
    with folder.only_one_grader(), CourseGradebook(folder) as gradebook:
        with gradebook.open() as rows:
            facts = facts_of(folder, course, rows)
        decisions = with_decisions(facts.decisions, new, undo=undo)
        if set(decisions) == set(facts.decisions):
            print("nothing to undo" if undo else "nothing to do: this decision is already recorded")
            if not dry_run:
                update_gradebook(folder, course, gradebook)
            return
        names = {student.id: student.id_and_name for student in facts.students}
        for decision in new:
            who = f" {names.get(decision.student, decision.student)}" if decision.student else ""
            print(plain(f"{'undo: ' if undo else ''}{assignment.replace(WHOLE_TERM, 'all')}:{who} {decision}"))
        after = marks_of(replace(facts, decisions=decisions))
        for line in _changes(marks_of(facts), after, dates=new[0].what == "extended"):
            print(plain(line))
        if not dry_run and (yes or typer.confirm("Write this?")):
            write_decisions(folder.decisions, decisions)
            update_gradebook(folder, course, gradebook)
            print("Taken back." if undo else "Written. The same command with --undo takes it back.")
        else:
            print("nothing was written")


def _changes(before: Sequence[Mark], after: Sequence[Mark], *, dates: bool) -> Iterator[str]:
    """Yield a line for each due date or mark that changes, and one that counts them."""
    moved = changed = 0
    for was, is_ in zip(before, after, strict=True):
        changes = []
        if was.dates and is_.dates and was.dates.own_due.timestamp() != is_.dates.own_due.timestamp():
            changes.append(f"until {was.dates.own_due:%Y-%m-%d %H:%M} → {is_.dates.own_due:%Y-%m-%d %H:%M}")
            moved += 1
        if was.score != is_.score and not (was.excused or is_.excused):
            changes.append(f"{was.score:g} → {is_.score:g} points")
            changed += 1
        if changes:
            yield f"{was.student.id_and_name}, {was.assignment}: {'; '.join(changes)}"
    due = f"{moved} due date{'s' if moved != 1 else ''} and " if dates else ""
    yield f"{due}{changed} mark{'s' if changed != 1 else ''} change{'s' if changed == 1 and not dates else ''}"
