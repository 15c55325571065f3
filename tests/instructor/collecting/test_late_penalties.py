"""Penalties of late work."""

from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets.config import Config

from autograder.instructor.course.due_dates import days_late
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.late import DatedWork, LatePenalty, late_penalty

MINUTE, DAY = 60, 24 * 60 * 60


def penalty(rule: LatePenalty, seconds_late: float, score: float) -> float:
    due = datetime(2000, 1, 1, tzinfo=UTC)
    work = DatedWork("2-layers", due, due, due + timedelta(seconds=seconds_late))
    return rule.penalty(score, rule.lateness([work])["2-layers"])


SHARES = {"LatePenalty": {"grace_minutes": 15, "percent_per_day": 10, "max_percent": 50}}
ALL_POINTS = {"LateSubmissionPlugin": {"penalty_method": "zero"}}  # nbgrader's own rule


@pytest.mark.parametrize(
    ("seconds_late", "score", "rule", "points"),
    [
        (1, 20, SHARES, 0),
        (15 * MINUTE, 20, SHARES, 0),
        (15 * MINUTE + 1, 20, SHARES, 2),
        (DAY + 15 * MINUTE, 20, SHARES, 2),
        (DAY + 15 * MINUTE, 5, SHARES, 0.5),
        (DAY + 15 * MINUTE + 1, 20, SHARES, 4),
        (4 * DAY + 15 * MINUTE, 20, SHARES, 8),
        (5 * DAY, 20, SHARES, 10),
        (100 * DAY, 20, SHARES, 10),
        (DAY, 20, {}, 0),
        (DAY, 20, ALL_POINTS, 20),
        (15 * MINUTE, 20, ALL_POINTS | {"LatePenalty": {"grace_minutes": 15}}, 0),
        (15 * MINUTE + 1, 20, ALL_POINTS | {"LatePenalty": {"grace_minutes": 15}}, 20),
    ],
)
def test_each_day_begun_after_the_grace_period_costs_a_share_up_to_the_limit(
    seconds_late: float, score: float, rule: dict[str, dict[str, object]], points: float
) -> None:
    assert penalty(late_penalty(Config(rule)), seconds_late, score) == points


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    due=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    seconds=st.floats(0, 40 * DAY),
)
@settings(max_examples=300)
def test_the_days_are_those_that_a_calendar_of_the_zone_shows(zone: str, due: datetime, seconds: float) -> None:
    local = due.replace(tzinfo=ZoneInfo(zone))
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
        day, when = (datetime(2026, 10, at, 12, tzinfo=ZoneInfo("Europe/Berlin")) for at in (due, came))
        dated.append(DatedWork(name, day, day, when + timedelta(minutes=15), bool(excused)))
    lateness_by_name = LatePenalty(grace_minutes=15, percent_per_day=10, free_days=free).lateness(dated)
    assert {name: lateness.charged for name, lateness in lateness_by_name.items()} == charged
