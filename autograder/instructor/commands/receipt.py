"""``autograder receipt``: what was collected of a student."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.commands.options import Assignment, Json, examples

app = typer.Typer()


@app.command(epilog=examples("autograder receipt ada", "autograder receipt ada 2-layers --json"))
def receipt(
    student: Annotated[str, typer.Argument(help="Whose work.")],
    assignment: Assignment = None,
    as_json: Json = False,
) -> None:
    """Find a receipt again: each attempt that a student handed in, when, and which one counts.

    A receipt is worked out from the bytes of the notebook, by the student's last cell and here. If both are the same,
    that very file was collected. It proves no mark, and not when it was handed in. The exit status is 1 if a file that
    was collected has changed since, or is gone.
    """
    from autograder.errors import plain, plain_json
    from autograder.instructor.course.folder import CourseFolder
    from autograder.instructor.course.receipts import receipts_of

    folder = CourseFolder.here()
    found = receipts_of(folder, student, folder.chosen(assignment))
    if as_json:
        print(plain_json([one.to_json() for one in found]))
    else:
        print("\n".join(plain(str(one)) for one in found))
    raise typer.Exit(1 if any(one.lost for one in found) else 0)
