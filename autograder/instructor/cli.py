"""The instructor's command line: the students' commands, and those that release, grade and report."""

from __future__ import annotations

from autograder import cli
from autograder.instructor.commands import assignment, decisions, folder, results, setup, student

GROUPS = [group.app for group in (setup, assignment, decisions, results, student, folder)]

app = cli.command_line("Release, check and grade the exercises of a course.", [*GROUPS, cli.commands])


def main() -> None:
    """Run the command line (see ``cli.run``)."""
    cli.run(app)


if __name__ == "__main__":
    main()
