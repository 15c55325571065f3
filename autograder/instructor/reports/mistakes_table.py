"""Print each known mistake, the checks that catch it, and whether they name it: ``make mistakes``"""

import sys

from rich.table import Table

from autograder.checks import rooms
from autograder.console import print_table
from autograder.course import Course
from autograder.instructor.reports.catalogue import caught_mistakes


def main() -> None:
    """Print the table; fail where a mistake is not caught or not named."""
    course = Course.installed()
    table = Table(box=None, pad_edge=False)
    for column in ("exercise", "mistake", "caught by", "named"):
        table.add_column(column)
    found = [one for room in rooms() for one in caught_mistakes(course, room)]
    for one in found:
        caught = ", ".join(check.name for check in one.caught_by) or "NOTHING"
        table.add_row(one.mistake.exercise, one.mistake.id, caught, "yes" if one.named else "NO")
    print_table(table)
    print(f"{len(found)} mistakes; {sum(one.named for one in found)} caught and named")
    sys.exit(0 if all(one.named for one in found) else 1)


if __name__ == "__main__":
    main()
