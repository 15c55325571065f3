"""The instructor's command line: the students' commands, and those that release, grade and report."""

from typing import ClassVar

from autograder import cli
from autograder.instructor.commands import assignment, deciding, giving_back, grade_and_mark, setup, student


class InstructorCommands(cli.Commands):
    """All commands by section, in the order of a term."""

    sections: ClassVar = {
        "Before the term": "init doctor",
        "Each assignment": "release collect grade mark report feedback export viva status",
        "Decisions": "extend excuse drop points",
        "A student asks": "explain requests",
        "For authors": "prove",
        "For students": "check progress fill",
    }


GROUPS = [group.app for group in (setup, assignment, grade_and_mark, giving_back, deciding, student)]

app = cli.command_line(
    "Release, check and grade the exercises of a course.", [*GROUPS, cli.commands], InstructorCommands
)


def main() -> None:
    """Run the command line (see ``cli.run``)."""
    cli.run(app)


if __name__ == "__main__":
    main()
