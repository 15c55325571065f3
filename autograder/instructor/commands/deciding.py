"""What the commands that decide about marks share: show what changes, ask, write, and undo."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.instructor.course.decisions import Decision
    from autograder.instructor.course.folder import CourseFolder

Question = Annotated[str, typer.Argument(help="Exercise.check; drop also takes an exercise, or written.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the decision back.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")]


ENDING = {False: "Written. The same command with --undo takes it back.", True: "Taken back."}


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
    from autograder.errors import plain
    from autograder.instructor.course.decisions import read_decisions, with_decisions, write_decisions
    from autograder.instructor.gradebook.deciding import follow_decisions

    require_somebody_to_ask(yes=yes, dry_run=dry_run)
    with folder.only_one_grader():
        before = read_decisions(folder.decisions)
        now = with_decisions(before, new, undo=undo)
        if set(now) == set(before):
            print("nothing to undo" if undo else "it is decided so already")
            return
        mine, cells = [one for one in now if one.assignment == assignment], [one.cell for one in new]
        changes = follow_decisions(folder, assignment, mine, cells, write=False)
        for one in new:
            print(plain(f"{'undo: ' if undo else ''}{assignment}: {one.student or ''} {one}".replace("  ", " ")))
        for change in changes:
            print(plain(f"{change.student}: {change.before:g} → {change.now:g} points"))
        print("1 mark changes" if len(changes) == 1 else f"{len(changes)} marks change")
        if not to_be_written(yes=yes, dry_run=dry_run):
            return
        # First the table: a run that is killed after it is set right by the next `autograder grade`.
        write_decisions(folder.decisions, now)
        follow_decisions(folder, assignment, mine, cells, write=True)
    print(ENDING[undo])
