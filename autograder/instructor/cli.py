"""The instructor's command line: the students' commands, and those that release, grade and report."""

from __future__ import annotations

from autograder import cli
from autograder.instructor.commands import (
    backup,
    collect,
    doctor,
    drop,
    excuse,
    explain,
    export,
    extend,
    feedback,
    grade,
    gradescope_bundle,
    init,
    mark,
    new,
    points,
    receipt,
    release,
    report,
    requests,
    restore,
    viva,
)

GRADING = (grade, mark, points, drop, excuse, extend, feedback, report, viva, export, explain, requests)
COMMANDS = (new, init, release, collect, receipt, *GRADING, gradescope_bundle, backup, restore, doctor)

app = cli.command_line("Release, check and grade the exercises of a course.", (*COMMANDS, *cli.COMMANDS))


def main() -> None:
    """Run the command line (see ``cli.run``)."""
    cli.run(app)


if __name__ == "__main__":
    main()
