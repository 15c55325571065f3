"""Due dates, more time for one student, what late work costs, and how sure its time is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets.config import Config

from autograder.instructor.course.due_dates import (
    DatedWork,
    LatePenalty,
    days_late,
    late_penalty,
    own_due_dates,
    parse_extension,
    read_dates,
    template,
)
from autograder.instructor.course.files import TableError
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.records import (
    ATTEMPTS_FILE,
    CLAIMED,
    ENTERED,
    PROVED,
    Attempt,
    Standing,
    standing_of,
    write_attempts,
)

COURSE = ("1-approximation", "2-layers")
BERLIN = ZoneInfo("Europe/Berlin")
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(1)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1))
WALL = TIMES.map(lambda when: when.replace(second=0, microsecond=0))

# The table of due dates


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


# More time


def own(text: str, due: datetime) -> datetime:
    given = [("ada", "*", parse_extension(text))]
    return own_due_dates({"2-layers": due}, given, {})["ada", "2-layers"]


@pytest.mark.parametrize(
    ("text", "due", "now"),
    [
        ("+48h", "2026-11-05 23:59", "2026-11-07 23:59"),
        ("+2d", "2026-11-05 23:59", "2026-11-07 23:59"),
        ("+48h", "2026-10-24 23:59", "2026-10-26 22:59"),  # in the night of the 25th an hour comes twice
        ("+2d", "2026-10-24 23:59", "2026-10-26 23:59"),
        ("+1d", "2026-03-28 02:30", "2026-03-29 03:30"),  # 02:30 is not on the clock that day
        ("2026-11-08 20:00", "2026-11-05 23:59", "2026-11-08 20:00"),
        ("2026-11-08T20:00+00:00", "2026-11-05 23:59", "2026-11-08 21:00"),
        ("2026-11-04 20:00", "2026-11-05 23:59", "2026-11-05 23:59"),  # the due date was moved past it
    ],
)
def test_each_form_says_one_date(text: str, due: str, now: str) -> None:
    before = datetime.fromisoformat(due).replace(tzinfo=BERLIN)
    extended = own(text, before)
    assert (f"{extended:%Y-%m-%d %H:%M}", extended.tzinfo) == (now, BERLIN)


WRONG = ["", "+2", "48h", "+1.5d", "+0h", "x1.5", "-2d", "08.11.2026", "2026-11-08", "+99999h", "9999-12-31 23:59"]


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_extension_is_refused_with_the_right_forms(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an extension: write a new date such as"):
        parse_extension(text)


def test_of_two_lines_about_the_same_work_the_later_date_counts() -> None:
    due = {"1-approximation": datetime(2026, 11, 1, tzinfo=UTC), "2-layers": datetime(2026, 11, 8, tzinfo=UTC)}
    lines = [("ada", "*", parse_extension("+2d")), ("ada", "2-layers", parse_extension("+1d"))]
    both = own_due_dates(due, [*lines, ("ada", "1-approximation", parse_extension("+3d"))], {})
    assert both == {
        ("ada", name): due[name] + timedelta(days) for name, days in (("1-approximation", 3), ("2-layers", 2))
    }
    assert own_due_dates(due, reversed(lines), {})["ada", "2-layers"] == due["2-layers"] + timedelta(2)
    assert own_due_dates({}, lines, {}) == {}


def test_a_section_has_a_date_of_its_own_from_which_its_students_extensions_are_counted() -> None:
    due, sections = {"2-layers": datetime(2026, 11, 5, 12, tzinfo=UTC)}, {"Tuesday": ["ada", "bob"]}
    lines = [("ada", "*", "+1d"), ("eve", "*", "+1d"), ("Tuesday", "2-layers", "2026-11-10 12:00")]
    dates = own_due_dates(due, [(who, name, parse_extension(text)) for who, name, text in lines], sections)
    days = {who: when.day for (who, _), when in dates.items()}
    assert days == {"Tuesday": 10, "bob": 10, "ada": 11, "eve": 6}


@given(zone=ZONES, due=WALL, hours=st.integers(1, 500))
@settings(max_examples=60)
def test_hours_are_those_that_pass(zone: ZoneInfo, due: datetime, hours: int) -> None:
    start = due.replace(tzinfo=zone).astimezone(UTC)
    assert own(f"+{hours}h", due.replace(tzinfo=zone)).astimezone(UTC) == start + timedelta(hours=hours)


@given(zone=ZONES, due=WALL, days=st.integers(1, 20), more=st.integers(0, 60 * 24))
@settings(max_examples=100)
def test_an_extension_by_days_ends_when_that_many_days_of_lateness_end(
    zone: ZoneInfo, due: datetime, days: int, more: int
) -> None:
    before = due.replace(tzinfo=zone)
    gained = own(f"+{days}d", before).astimezone(UTC) - before.astimezone(UTC)
    assert days_late(gained.total_seconds(), before) == days
    assert days_late((gained + (more + 1) * MINUTE).total_seconds(), before) > days


# Penalties of late work


SHARES = {"LatePenalty": {"grace_minutes": 15, "percent_per_day": 10, "max_percent": 50}}
ALL_POINTS = {"LateSubmissionPlugin": {"penalty_method": "zero"}}  # nbgrader's own rule


@pytest.mark.parametrize(
    ("late", "score", "rule", "points"),
    [
        (SECOND, 20, SHARES, 0),
        (15 * MINUTE, 20, SHARES, 0),
        (15 * MINUTE + SECOND, 20, SHARES, 2),
        (DAY + 15 * MINUTE, 20, SHARES, 2),
        (DAY + 15 * MINUTE, 5, SHARES, 0.5),
        (DAY + 15 * MINUTE + SECOND, 20, SHARES, 4),
        (4 * DAY + 15 * MINUTE, 20, SHARES, 8),
        (5 * DAY, 20, SHARES, 10),
        (100 * DAY, 20, SHARES, 10),
        (DAY, 20, {}, 0),
        (DAY, 20, ALL_POINTS, 20),
        (15 * MINUTE, 20, ALL_POINTS | {"LatePenalty": {"grace_minutes": 15}}, 0),
        (15 * MINUTE + SECOND, 20, ALL_POINTS | {"LatePenalty": {"grace_minutes": 15}}, 20),
    ],
)
def test_each_day_begun_after_the_grace_period_costs_a_share_up_to_the_limit(
    late: timedelta, score: float, rule: dict[str, dict[str, object]], points: float
) -> None:
    due, in_force = datetime(2000, 1, 1, tzinfo=UTC), late_penalty(Config(rule))
    lateness = in_force.lateness([DatedWork("2-layers", due, due, due + late)])
    assert in_force.penalty(score, lateness["2-layers"]) == points


@given(zone=ZONES, due=TIMES, seconds=st.floats(0, 40 * 24 * 60 * 60))
@settings(max_examples=300)
def test_the_days_are_those_that_a_calendar_of_the_zone_shows(zone: ZoneInfo, due: datetime, seconds: float) -> None:
    local = due.replace(tzinfo=zone)
    when = local.astimezone(UTC) + timedelta(seconds=seconds)
    ends = ((local + timedelta(days)).astimezone(UTC) for days in count())
    assert days_late(seconds, local) == next(at for at, end in enumerate(ends) if when <= end)


@pytest.mark.parametrize("rule", [{"percent_per_day": 101}, {"max_percent": -1}, {"grace_minutes": -1}])
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, float]) -> None:
    with pytest.raises(CourseFolderError, match=r"c\.LatePenalty takes numbers"):
        late_penalty(Config({"LatePenalty": rule}))


# By assignment: on which day of October it was due, on which day of the calendar it came, and whether it is excused.
SPENT_IN_ORDER = {"2-b": (16, 18), "1-a": (16, 17), "0-c": (20, 22)}
SUMMER_ENDS = {"1-a": (24, 25), "2-b": (30, 31)}  # the night of the 25th has an hour more


@pytest.mark.parametrize(
    ("works", "free", "charged"),
    [
        (SPENT_IN_ORDER, 0, {"1-a": 1, "2-b": 2, "0-c": 2}),
        (SPENT_IN_ORDER, 2, {"1-a": 0, "2-b": 1, "0-c": 2}),
        (SPENT_IN_ORDER, 4, {"1-a": 0, "2-b": 0, "0-c": 1}),
        (SPENT_IN_ORDER, 9, {"1-a": 0, "2-b": 0, "0-c": 0}),
        (SPENT_IN_ORDER | {"0-d": (10, 12, True)}, 2, {"0-d": 2, "1-a": 0, "2-b": 1, "0-c": 2}),
        (SUMMER_ENDS, 1, {"1-a": 0, "2-b": 1}),
    ],
)
def test_a_bank_is_spent_over_the_works_of_a_term_in_the_order_of_their_due_dates(
    works: dict[str, tuple[int, int]], free: int, charged: dict[str, int]
) -> None:
    """Each came a quarter of an hour after its time, which the grace period covers."""
    dated = []
    for name, (due, came, *excused) in works.items():
        day, when = (datetime(2026, 10, at, 12, tzinfo=BERLIN) for at in (due, came))
        dated.append(DatedWork(name, day, day, when + timedelta(minutes=15), bool(excused)))
    lateness_by_name = LatePenalty(grace_minutes=15, percent_per_day=10, free_days=free).lateness(dated)
    assert {name: lateness.charged for name, lateness in lateness_by_name.items()} == charged


# How sure the time of an attempt is


NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
ATTEMPT = Attempt(1, "d", NOON, False, NOON, "path", "test", PROVED)


@pytest.mark.parametrize(
    ("attempts", "when", "standing"),
    [
        ([ATTEMPT], NOON, PROVED),
        ([replace(ATTEMPT, standing=ENTERED)], NOON, ENTERED),
        ([ATTEMPT], NOON + timedelta(seconds=1), CLAIMED),
        ([replace(ATTEMPT, when=None)], NOON, CLAIMED),
        ([ATTEMPT, replace(ATTEMPT, number=2, digest="other", standing=ENTERED)], NOON, ENTERED),
        ([ATTEMPT, replace(ATTEMPT, number=2, digest="other", standing=CLAIMED)], NOON, CLAIMED),
        ([], NOON, CLAIMED),
    ],
    ids=["proved", "entered", "another time", "no time", "entered of other work", "claimed by other work", "by hand"],
)
def test_a_time_is_as_sure_as_the_least_sure_attempt_of_that_time(
    attempts: list[Attempt], when: datetime, standing: Standing, tmp_path: Path
) -> None:
    folder = CourseFolder(tmp_path)
    write_attempts(folder, "ada", "2-layers", attempts, {})
    assert standing_of(folder, "ada", "2-layers", when) == standing
    (folder.collected("ada", "2-layers") / ATTEMPTS_FILE).write_text("[")  # a broken list proves nothing
    assert standing_of(folder, "ada", "2-layers", when) == CLAIMED
