"""What late work costs, as nbgrader's gradebook says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets.config import Config

from autograder.instructor.course.due_dates import days_late
from autograder.instructor.course.folder import CourseFolderError
from autograder.instructor.course.late import DatedWork, LateRule, late_rule
from tests.instructor.conftest import follow, let_earn, let_release, open_gradebook

MINUTE, DAY = 60, 24 * 60 * 60
RULE = "c.LatePenalty.grace_minutes, c.LatePenalty.percent_per_day, c.LatePenalty.max_percent = 15, 10, 50\n"


def penalty(rule: LateRule, seconds_late: float, score: float) -> float:
    due = datetime(2000, 1, 1, tzinfo=UTC)
    work = DatedWork("2-layers", due, due, due + timedelta(seconds=seconds_late))
    return rule.penalty(score, work.seconds_late, rule.lateness([work])["2-layers"])


SHARES = {"LatePenalty": {"grace_minutes": 15, "percent_per_day": 10, "max_percent": 50}}


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
        (DAY, 20, {"LateSubmissionPlugin": {"penalty_method": "zero"}}, 20),  # nbgrader's own rule
    ],
)
def test_after_the_grace_period_each_day_begun_costs_a_share_of_what_was_earned_up_to_the_most(
    seconds_late: float, score: float, rule: dict[str, dict[str, object]], points: float
) -> None:
    assert penalty(late_rule(Config(rule)), seconds_late, score) == points


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
        late_rule(Config({"LatePenalty": rule}))


@given(
    due=st.lists(st.integers(0, 12), max_size=6),
    late=st.lists(st.integers(0, 6 * 24 * 4), min_size=6, max_size=6),
    excused=st.lists(st.booleans(), min_size=6, max_size=6),
    free=st.integers(0, 4),
)
@settings(max_examples=400)
def test_a_bank_is_spent_over_the_works_of_a_term_in_the_order_of_their_due_dates(
    due: list[int], late: list[int], excused: list[bool], free: int
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = [datetime(2026, 10, 16, 12, tzinfo=zone) + timedelta(day) for day in due]
    came = [(day.astimezone(UTC) + quarters * timedelta(minutes=15)) for day, quarters in zip(days, late, strict=False)]
    works = [
        DatedWork(f"{at}", day, day, when.astimezone(zone), is_excused)
        for at, (day, when, is_excused) in enumerate(zip(days, came, excused, strict=False))
    ]
    tokens, charged = ["free"] * free, {}
    for at in sorted(range(len(due)), key=lambda at: (due[at], str(at))):
        end, charged[str(at)] = days[at], 0
        while (end.astimezone(UTC) + timedelta(minutes=15)) < came[at]:  # a day more has begun, after the grace period
            end += timedelta(days=1)  # by the clock in Berlin
            if tokens and not excused[at]:
                tokens.pop()
            elif not excused[at]:
                charged[str(at)] += 1
    found = LateRule(grace_minutes=15, percent_per_day=10, free_days=free).lateness(works[::-1])
    assert {name: found[name].charged for name in charged if not excused[int(name)]} == {
        name: days for name, days in charged.items() if not excused[int(name)]
    }


# In the gradebook


def test_a_line_in_the_configuration_sets_the_rule_and_the_due_dates_own_zone_says_what_a_day_is(course: Path) -> None:
    """Due on the 31st at 23:59 in New York, handed in on the 1st at 23:50: one day, which has 25 hours there."""
    (course / "due_dates.csv").write_text("assignment,due,time zone\n2-layers,2026-10-31 23:59,America/New_York\n")
    let_release(course, "2-layers", first=10, second=10)
    let_earn(course, "007", "2-layers", datetime(2026, 11, 2, 4, 50, tzinfo=UTC), first=10, second=10)
    config = course / "nbgrader_config.py"
    without = config.read_text()
    assert f"\n# {RULE}" in without  # the line to start from
    for text, points in ((without, None), (without.replace(f"# {RULE}", RULE), 2)):
        config.write_text(text)
        follow(course)
        with open_gradebook(course) as gradebook:
            submission = gradebook.find_submission("2-layers", "007")
            assert submission.notebooks[0].late_submission_penalty == points
            assert submission.late_submission_penalty == (points or 0)
