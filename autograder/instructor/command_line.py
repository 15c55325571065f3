"""The instructor's command line: the students' commands, and those that release, grade and report."""

from typing import ClassVar

from autograder import cli
from autograder.instructor.commands import (
    collect,
    deciding,
    doctor,
    explain,
    export,
    feedback,
    grade,
    init,
    mark,
    prove,
    release,
    report,
    requests,
    status,
    viva,
)


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


COMMANDS = (
    init,
    doctor,
    release,
    collect,
    grade,
    mark,
    report,
    feedback,
    export,
    viva,
    status,
    deciding,
    explain,
    requests,
    prove,
)

app = cli.command_line(
    "Release, check and grade the exercises of a course.",
    [*(command.app for command in COMMANDS), cli.commands],
    InstructorCommands,
)


def main() -> None:
    """Run the command line (see ``cli.run``)."""
    cli.run(app)


if __name__ == "__main__":
    main()
