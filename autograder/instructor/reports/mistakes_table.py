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
    found = [caught for room in rooms() for caught in caught_mistakes(course, room)]
    for caught in found:
        checks = ", ".join(check.name for check in caught.caught_by) or "NOTHING"
        table.add_row(caught.mistake.exercise, caught.mistake.id, checks, "yes" if caught.named else "NO")
    print_table(table)
    print(f"{len(found)} mistakes; {sum(caught.named for caught in found)} caught and named")
    sys.exit(0 if all(caught.named for caught in found) else 1)


if __name__ == "__main__":
    main()
