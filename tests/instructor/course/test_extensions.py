"""More time for one student, and a bank of late days: arithmetic on the clocks of all time zones."""

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.course.due_dates import days_late
from autograder.instructor.course.extensions import NoReleaseDate, own_due_dates, parse_extension

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
WALL = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda when: when.replace(second=0, microsecond=0))


def own(text: str, due: datetime, released: datetime | None = None) -> datetime:
    released_dates = {"2-layers": released} if released else {}
    given = [("ada", "*", parse_extension(text))]
    return own_due_dates({"2-layers": due}, released_dates, given, {})["ada", "2-layers"]


@pytest.mark.parametrize(
    ("text", "due", "now"),
    [
        ("+48h", "2026-11-05 23:59", "2026-11-07 23:59"),
        ("48 H", "2026-11-05 23:59", "2026-11-07 23:59"),
        ("+0.5h", "2026-11-05 23:59", "2026-11-06 00:29"),
        ("+2d", "2026-11-05 23:59", "2026-11-07 23:59"),
        ("2 days", "2026-11-05 23:59", "2026-11-07 23:59"),
        ("+48h", "2026-10-24 23:59", "2026-10-26 22:59"),  # in the night of the 25th an hour comes twice
        ("+2d", "2026-10-24 23:59", "2026-10-26 23:59"),
        ("+1d", "2026-03-28 02:30", "2026-03-29 03:30"),  # 02:30 is not on the clock that day
        ("x1.5", "2026-11-05 12:00", "2026-11-08 12:00"),  # released six days before
        ("1,5x", "2026-11-05 12:00", "2026-11-08 12:00"),
        ("× 2", "2026-11-05 12:00", "2026-11-11 12:00"),
        ("2026-11-08 20:00", "2026-11-05 23:59", "2026-11-08 20:00"),
        ("2026-11-08", "2026-11-05 23:59", "2026-11-08 23:59"),
        ("2026-11-08 20", "2026-11-05 23:59", "2026-11-08 20:00"),
        ("2026-11-08T20:00+00:00", "2026-11-05 23:59", "2026-11-08 21:00"),
        ("2026-11-04 20:00", "2026-11-05 23:59", "2026-11-05 23:59"),  # the due date was moved past it
    ],
)
def test_each_form_says_one_date(text: str, due: str, now: str) -> None:
    before = datetime.fromisoformat(due).replace(tzinfo=BERLIN)
    extended = own(text, before, datetime(2026, 10, 30, 12, tzinfo=BERLIN))
    assert (f"{extended:%Y-%m-%d %H:%M}", extended.tzinfo) == (now, BERLIN)


@pytest.mark.parametrize(
    "text", ["", "soon", "+2", "+1.5d", "+0h", "x1", "x0.5", "x101", "-2d", "08.11.2026", "+99999h", "9999-12-31"]
)
def test_a_wrong_extension_is_refused_with_the_right_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as|write"):
        parse_extension(text)


@pytest.mark.parametrize("released", [None, datetime(2026, 11, 6, tzinfo=UTC)], ids=["none", "after it is due"])
def test_a_factor_without_a_release_date_says_where_to_write_it(released: datetime | None) -> None:
    with pytest.raises(NoReleaseDate, match=r"x1.5 of ada .* no release date .* of 2-layers: write it into a column"):
        own("x1.5", datetime(2026, 11, 5, 23, 59, tzinfo=UTC), released)


def test_of_two_lines_about_the_same_work_the_later_date_counts() -> None:
    due = {"1-approximation": datetime(2026, 11, 1, tzinfo=UTC), "2-layers": datetime(2026, 11, 8, tzinfo=UTC)}
    lines = [("ada", "*", parse_extension("+2d")), ("ada", "2-layers", parse_extension("+1d"))]
    both = own_due_dates(due, {}, [*lines, ("ada", "1-approximation", parse_extension("+3d"))], {})
    assert both == {
        ("ada", name): due[name] + timedelta(days) for name, days in (("1-approximation", 3), ("2-layers", 2))
    }
    assert own_due_dates(due, {}, reversed(lines), {})["ada", "2-layers"] == due["2-layers"] + timedelta(2)
    assert own_due_dates({}, {}, lines, {}) == {}


def test_a_section_has_a_date_of_its_own_from_which_its_students_extensions_are_counted() -> None:
    due, sections = {"2-layers": datetime(2026, 11, 5, 12, tzinfo=UTC)}, {"Tuesday": ["ada", "bob"]}
    lines = [("ada", "*", "+1d"), ("eve", "*", "+1d"), ("Tuesday", "2-layers", "2026-11-10 12:00")]
    dates = own_due_dates(due, {}, [(who, name, parse_extension(text)) for who, name, text in lines], sections)
    days = {who: when.day for (who, _), when in dates.items()}
    assert days == {"Tuesday": 10, "bob": 10, "ada": 11, "eve": 6}


# Over all time zones; the clock by which days are counted is tested with the penalties of late work


@given(zone=ZONES, due=WALL, hours=st.integers(1, 500))
@settings(max_examples=60)
def test_hours_are_those_that_pass(zone: ZoneInfo, due: datetime, hours: int) -> None:
    start = due.replace(tzinfo=zone).astimezone(UTC)
    assert own(f"+{hours}h", due.replace(tzinfo=zone)).astimezone(UTC) == start + timedelta(hours=hours)


@given(zone=ZONES, released=WALL, minutes=st.integers(1, 30_000), hundredths=st.integers(101, 300))
@settings(max_examples=60)
def test_a_factor_multiplies_the_minutes_that_pass(
    zone: ZoneInfo, released: datetime, minutes: int, hundredths: int
) -> None:
    began = released.replace(tzinfo=zone)
    due = (began.astimezone(UTC) + minutes * MINUTE).astimezone(zone)
    gain = math.ceil(Fraction((hundredths - 100) * minutes, 100))
    assert own(f"x{hundredths / 100}", due, began).astimezone(UTC) == due.astimezone(UTC) + gain * MINUTE


@given(zone=ZONES, due=WALL, days=st.integers(1, 20), more=st.integers(0, 60 * 24))
@settings(max_examples=100)
def test_an_extension_by_days_ends_when_that_many_days_of_lateness_end(
    zone: ZoneInfo, due: datetime, days: int, more: int
) -> None:
    before = due.replace(tzinfo=zone)
    gained = own(f"+{days}d", before).astimezone(UTC) - before.astimezone(UTC)
    assert days_late(gained.total_seconds(), before) == days
    assert days_late((gained + (more + 1) * MINUTE).total_seconds(), before) > days
