"""What collecting would do, decided before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.collecting.archive import Entry
from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.plan import action_for, chosen_of, make_plan, with_new
from autograder.instructor.collecting.planned import (
    ExcludedFile,
    PlacedWork,
    Plan,
    RecognisedFile,
    Situation,
    SubmissionPlan,
)
from autograder.instructor.course.attempts import Attempt
from autograder.instructor.course.matching import Clue
from autograder.instructor.course.roster import Student

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
ADA, BOB = Student("ada"), Student("bob")
EMPTY = Situation((ADA, BOB), {}, {}, {"2-layers": NOON}, NOON + timedelta(days=9))


def found(
    digest: str = "d", owner: str = "ada", when: datetime | None = None, assignment: str = "2-layers", **said: object
) -> RecognisedFile:
    entry = Entry(f"{owner}/{digest}", (owner, digest), "", lambda limit: b"")
    one = DownloadedFile(entry, "test", ((Clue("id", owner),),), when)
    return RecognisedFile(replace(one, **said), assignment, digest, "")  # type: ignore[arg-type]


def attempt(number: int = 1, digest: str = "d", when: datetime | None = None) -> Attempt:
    return Attempt(number, digest, when, False, NOON, "path", "test")


def planned(
    *files: RecognisedFile, situation: Situation = EMPTY, choice: str = "last", force: bool = False
) -> SubmissionPlan:
    (one,) = make_plan(files, situation, choice=choice, force=force).planned
    return one


def digest_of(one: SubmissionPlan) -> str:
    assert one.chosen is not None
    return one.chosen.digest


def carried_out(one: SubmissionPlan) -> Situation:
    """Return the situation after a plan was carried out."""
    work = (one.student.id, one.assignment)
    assert one.chosen is not None
    return replace(EMPTY, kept={work: one.attempts}, submitted={work: PlacedWork(one.chosen.digest, one.chosen.stamp)})


# Attempts


def test_the_last_in_time_is_taken_and_all_are_kept() -> None:
    one = planned(found("b", when=NOON), found("a", when=NOON - timedelta(hours=1)))
    assert (digest_of(one), [other.digest for other in one.attempts], one.action) == ("b", ["a", "b"], "new")


@pytest.mark.parametrize(("choice", "digest"), [("first", "a"), ("last", "c"), ("2", "b")])
def test_another_attempt_can_be_asked_for(choice: str, digest: str) -> None:
    files = [found(name, when=NOON + timedelta(hours=at)) for at, name in enumerate("abc")]
    assert digest_of(planned(*files, choice=choice)) == digest


def test_an_attempt_that_there_is_not_is_said_and_nothing_is_submitted() -> None:
    one = planned(found(), choice="3")
    assert (one.chosen, one.action) == (None, "no such attempt")
    assert not Plan((one,), ()).complete


def test_where_nothing_says_when_uploads_order_the_attempts_and_the_systems_numbers_name_them() -> None:
    one = planned(found("b", upload=20, number=3), found("a", upload=10, number=1))
    assert [(other.digest, other.number) for other in one.attempts] == [("a", 1), ("b", 3)]
    assert digest_of(one) == "b"


def test_the_same_work_twice_in_a_download_is_one_attempt() -> None:
    assert len(planned(found("a"), found("a")).attempts) == 1


def test_the_same_work_at_another_time_is_another_attempt() -> None:
    one = planned(found("a", when=NOON), found("b", when=NOON + timedelta(1)), found("a", when=NOON + timedelta(2)))
    assert [other.digest for other in one.attempts] == ["a", "b", "a"]


def test_a_time_that_is_learned_later_is_added_to_the_attempt() -> None:
    before = carried_out(planned(found("a")))
    one = planned(found("a", when=NOON), situation=before)
    assert [(other.number, other.when) for other in one.attempts] == [(1, NOON)]
    assert (one.learned, one.action) == (True, "newer")


def test_a_time_that_was_claimed_and_is_proved_later_is_proved_from_then_on() -> None:
    claimed = planned(found("a", when=NOON))
    proved = planned(found("a", when=NOON, proved=True), situation=carried_out(claimed))
    again = planned(found("a", when=NOON), situation=carried_out(proved))
    assert [one.chosen.standing for one in (claimed, proved, again) if one.chosen] == ["claimed", "proved", "proved"]
    assert [one.learned for one in (claimed, proved, again)] == [True, True, False]


def test_a_later_download_adds_to_the_attempts_that_are_kept() -> None:
    one = planned(found("b"), situation=carried_out(planned(found("a"))))
    assert ([other.number for other in one.attempts], digest_of(one), one.action) == ([1, 2], "b", "newer")


def test_an_older_download_replaces_nothing() -> None:
    newer = planned(found("b", when=NOON))
    one = planned(found("a", when=NOON - timedelta(1)), situation=carried_out(newer))
    assert (digest_of(one), one.action, one.learned) == ("b", "as it is", True)


ATTEMPTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 3), st.integers(0, 3), st.none() | st.integers(1, 4))
)


@given(ATTEMPTS, st.sampled_from(["first", "last", "1", "2"]))
def test_to_collect_twice_changes_nothing(drawn: list[tuple[str, int | None, int, int | None]], choice: str) -> None:
    files = [
        found(name, when=None if at is None else NOON + timedelta(hours=at), upload=upload, number=number)
        for name, at, upload, number in drawn
    ]
    for one in make_plan(files, EMPTY, choice=choice).planned:
        if one.chosen:
            again = make_plan(files, carried_out(one), choice=choice)
            assert (again.planned[0].action, again.planned[0].attempts) == ("as it is", one.attempts)
            assert again.to_write == []


@given(ATTEMPTS)
def test_no_attempt_is_lost_and_no_two_have_a_number(drawn: list[tuple[str, int | None, int, int | None]]) -> None:
    files = [found(name, upload=upload, number=number) for name, _, upload, number in drawn]
    attempts = with_new((), files, NOON)
    assert {one.digest for one in attempts} == {file.digest for file in files}
    assert len({one.number for one in attempts}) == len(attempts)


# What lies there


@pytest.mark.parametrize(
    ("there", "force", "action"),
    [
        (PlacedWork(), False, "new"),
        (PlacedWork("b", NOON.strftime("%Y-%m-%d %H:%M:%S.%f UTC")), False, "as it is"),
        (PlacedWork("b", ""), False, "newer"),
        (PlacedWork("b", "by hand"), False, "as it is"),
        (PlacedWork("a", ""), False, "newer"),
        (PlacedWork("a", "by hand"), False, "blocked"),
        (PlacedWork("a", "by hand"), True, "newer"),
        (PlacedWork("other", ""), False, "blocked"),
        (PlacedWork("other", ""), True, "newer"),
        (PlacedWork("", "by hand"), False, "blocked"),
    ],
)
def test_what_was_put_there_by_hand_is_replaced_only_by_force(there: PlacedWork, force: bool, action: str) -> None:
    attempts = (attempt(1, "a"), attempt(2, "b", NOON))
    assert action_for(attempts[1], attempts, there, force=force) == action


def test_an_earlier_attempt_that_is_asked_for_replaces_a_later_one() -> None:
    attempts = (attempt(1, "a"), attempt(2, "b"))
    assert action_for(chosen_of(attempts, "1"), attempts, PlacedWork("b"), force=False) == "other attempt"


# Lateness, absence, what is left out


@pytest.mark.parametrize(("hours", "late"), [(-1, 0), (0, 0), (1, 3600)])
def test_lateness_is_counted_from_the_due_date(hours: int, late: int) -> None:
    assert planned(found(when=NOON + timedelta(hours=hours))).seconds_late == late


def test_lateness_that_only_the_system_knows_is_told_until_somebody_has_written_the_time() -> None:
    late = found(late=True)
    one = planned(late)
    assert (one.late_since_unknown, one.seconds_late) == (True, 0)
    by_hand = replace(
        EMPTY, kept={("ada", "2-layers"): one.attempts}, submitted={("ada", "2-layers"): PlacedWork("d", "x")}
    )
    assert not planned(late, situation=by_hand).late_since_unknown


def test_who_handed_in_nothing_is_named_for_each_assignment() -> None:
    plan = make_plan([found(), found(owner="bob", assignment="3-dropout")], EMPTY)
    assert plan.absent == {"2-layers": (BOB,), "3-dropout": (ADA,)}


@pytest.mark.parametrize(
    "known", [{"kept": {("bob", "2-layers"): (attempt(),)}}, {"submitted": {("bob", "2-layers"): PlacedWork("x")}}]
)
def test_who_handed_in_before_is_not_absent(known: Mapping[str, object]) -> None:
    assert make_plan([found()], replace(EMPTY, **known)).absent == {"2-layers": ()}  # type: ignore[arg-type]


def test_of_a_group_each_gets_the_work_and_a_stranger_is_named() -> None:
    clues = tuple((Clue("id", name),) for name in ("ada", "bob", "eve"))
    plan = make_plan([found(owners=clues)], EMPTY)
    assert [one.student for one in plan.planned] == [ADA, BOB]
    assert plan.left_out == (ExcludedFile("ada/d", "nobody in the roster is 'eve'", matters=True, stranger=True),)
    assert not plan.complete


def test_who_shares_a_name_is_in_the_class_and_no_stranger() -> None:
    two = replace(EMPTY, students=[Student("ada", "Ada", "Lee"), Student("bob", "Ada", "Lee")])
    plan = make_plan([found(owners=((Clue("name", "Ada Lee"),),)), found(owner="eve")], two)
    assert [(one.reason, one.stranger) for one in plan.left_out] == [
        ("'Ada Lee' fits ada and bob", False),
        ("nobody in the roster is 'eve'", True),
    ]


def test_another_assignment_than_the_one_asked_for_is_left_out_and_named() -> None:
    plan = make_plan([found(), found(assignment="3-dropout")], EMPTY, only="2-layers")
    assert plan.left_out == (ExcludedFile("ada/d", "it is a notebook of 3-dropout", matters=False),)
    assert plan.complete


def test_a_file_that_is_nobodys_work_does_not_make_a_collection_incomplete() -> None:
    beside = replace(found(assignment="", digest=""), note="it is no notebook of this course")
    plan = make_plan([found(), beside], EMPTY)
    assert [one.matters for one in plan.left_out] == [False]
    assert plan.complete
