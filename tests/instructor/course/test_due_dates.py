"""Due dates: one table, with the time zone of its clock."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.instructor.course.due_dates import read_dates, template
from autograder.instructor.course.tables import TableError

COURSE = ("1-approximation", "2-layers")


def dates(folder: Path, text: str) -> dict[str, datetime]:
    (folder / "due_dates.csv").write_text(f"assignment,due,time zone\n{text}\n")
    return read_dates(folder / "due_dates.csv", COURSE)


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("2-layers,2026-11-05 23:59,Europe/Berlin", 22),
        ("2-layers,2026-07-05 23:59,Europe/Berlin", 21),
        ("2-layers,2026-11-05T23:59:00,UTC", 23),
        ("2-layers,2026-11-05 23:59+02:00,", 21),
    ],
    ids=["winter", "summer", "UTC", "offset"],
)
def test_a_due_date_is_a_moment_by_its_time_zone(line: str, hour: int, tmp_path: Path) -> None:
    due = dates(tmp_path, line)["2-layers"].astimezone(UTC)
    assert (due.day, due.hour, due.minute) == (5, hour, 59)


def test_an_assignment_without_a_date_and_a_course_without_a_table_have_none(tmp_path: Path) -> None:
    assert read_dates(tmp_path / "due_dates.csv", COURSE) == {}
    assert dates(tmp_path, "1-approximation,,UTC\n2-layers,2026-11-05 23:59,UTC").keys() == {"2-layers"}
    (tmp_path / "due_dates.csv").write_text(template(COURSE))  # of a new course
    assert read_dates(tmp_path / "due_dates.csv", COURSE) == {}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2-layer,2026-11-05 23:59,UTC", "there is no assignment '2-layer': there are 1-approximation, 2-layers"),
        ("2-layers,05.11.2026 23:59,UTC", "'05.11.2026 23:59' is not a date with a time: write 2026-11-05 23:59"),
        ("2-layers,2026-11-05,UTC", "'2026-11-05' is not a date with a time"),
        ("2-layers,9999-12-31 23:59,UTC", "'9999-12-31 23:59' is not a date with a time"),
        ("2-layers,2026-11-05 23:59,Berlin", "'Berlin' is not a time zone: write one such as Europe/Berlin"),
        ("2-layers,2026-11-05 23:59,../etc", "'../etc' is not a time zone"),
        ("2-layers,2026-11-05 23:59,", "no time zone: write one"),
        ("2-layers,,UTC\n2-layers,2026-11-05 23:59,UTC\n2-layers,2026-11-06 23:59,UTC", "a date above already"),
    ],
)
def test_a_line_that_is_wrong_is_named(line: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"due_dates\.csv, line \d: ") as raised:
        dates(tmp_path, line)
    assert reason in str(raised.value)


def test_a_column_can_say_since_when_students_have_an_assignment(tmp_path: Path) -> None:
    path = tmp_path / "due_dates.csv"
    path.write_text("assignment,due,time zone,Released\n2-layers,,UTC,2026-10-22 12:00\n")
    assert read_dates(path, COURSE, "released") == {"2-layers": datetime(2026, 10, 22, 12, tzinfo=UTC)}
    assert read_dates(path, COURSE) == {}
    path.write_text("assignment,due,time zone,released\n2-layers,,UTC,in October\n")
    with pytest.raises(TableError, match=r"line 2: 'in October' is not a date with a time"):
        read_dates(path, COURSE, "released")
