"""A table with a line for each student, whole in a terminal of 80 columns."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from autograder.instructor.course.roster import Student
from autograder.user_errors import plain


def student_lines(columns: Sequence[str], rows: Iterable[tuple[Student, Sequence[str]]]) -> Table:
    """Return a table: id, name, and under each column a text; all columns but the last hold numbers.

    A long name is cut before anything else is, and only the last column takes more lines.
    """
    table = Table(box=None, pad_edge=False)
    table.add_column("student", overflow="fold", max_width=24)
    table.add_column("name", overflow="ellipsis", no_wrap=True, max_width=28)
    for column in columns[:-1]:
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column(columns[-1], overflow="fold", ratio=1)
    for student, cells in rows:
        table.add_row(*(Text(plain(cell)) for cell in (student.id, student.full_name, *cells)))
    return table
