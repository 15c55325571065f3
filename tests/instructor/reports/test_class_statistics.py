"""The numbers of a class report, beside those of libraries and of a count by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import pointbiserialr

from autograder.instructor.course.roster import Student
from autograder.instructor.marks import Mark
from autograder.instructor.reports.class_statistics import (
    MIN_STUDENTS,
    Failure,
    check_statistics,
    delegations,
    exercise_statistics,
    failures,
    limits_met,
    outcomes,
    spread,
    students_in_need,
)
from tests.instructor.conftest import a_verdict
from tests.instructor.reports.classes import make_class

BIAS = {"observed": "1", "expected": "2", "likely": "The bias is left out.", "read": "", "also": []}
CLASS = make_class(200, seed=3)


def a_mark(student: str, assignment: str = "2-layers", **more: Any) -> Mark:
    return Mark(Student(student), assignment, 10.0, **more)


def test_discrimination_is_the_point_biserial_correlation_with_the_rest_of_the_mark() -> None:
    marked = [{(v["exercise"], v["check"]): v for v in mark.verdicts} for mark in CLASS if mark.verdicts]
    for check in check_statistics(CLASS):
        key = (check.exercise, check.check)
        passed = [verdicts[key]["outcome"] == "pass" for verdicts in marked]
        rest = [sum(v["points"] for v in verdicts.values()) - verdicts[key]["points"] for verdicts in marked]
        assert check.discrimination == pytest.approx(pointbiserialr(passed, rest).statistic)
        assert (check.passed, check.of) == (sum(passed), len(passed))


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        (["pass"] * 20 + ["fail"] * (MIN_STUDENTS - 21), "fewer than 30 students"),
        (["pass"] * 40, "fewer than 5 did not pass"),
        (["fail"] * 40, "fewer than 5 passed"),
        (["pass", "fail"] * 20, "the rest of the mark is the same for all"),
    ],
)
def test_a_check_that_cannot_discriminate_says_why(ended: list[str], why: str) -> None:
    marks = [a_mark(str(at), verdicts=[a_verdict(outcome)]) for at, outcome in enumerate(ended)]
    (check,) = check_statistics(marks)
    assert (check.discrimination, check.why_none) == (None, why)


@given(st.lists(st.floats(0, 60), min_size=1, max_size=50), st.floats(0, 60))
@example([0.0, 0.0], 0.0)  # an assignment of which no check counts any more
def test_a_spread_agrees_with_numpy_and_its_bins_hold_everybody_once(numbers: list[float], largest: float) -> None:
    assert spread([], largest) is None
    measured = spread(numbers, largest)
    assert measured.five == pytest.approx(np.percentile(numbers, [0, 25, 50, 75, 100]).tolist(), abs=1e-9)
    assert measured.mean == pytest.approx(np.mean(numbers), abs=1e-9)
    assert sum(count for *_, count in measured.bins) == len(numbers)
    assert len(measured.bins) <= 20
    for low, high, count in measured.bins:
        inside = sum(low <= number < high or (high == measured.bins[-1][1] == number) for number in numbers)
        assert inside == count


def test_an_exercise_counts_students_who_passed_all_its_checks() -> None:
    half = [a_verdict("pass", check="a"), a_verdict("fail", check="b")]
    whole = [a_verdict("pass", check="a"), a_verdict("pass", check="b")]
    (exercise,) = exercise_statistics([a_mark("x", verdicts=half), a_mark("y", verdicts=whole)])
    assert (exercise.passed, exercise.of, exercise.share) == (1, 2, 0.75)


def test_an_exercise_whose_points_the_instructor_took_away_has_a_share_of_0() -> None:
    (exercise,) = exercise_statistics([a_mark("x", verdicts=[a_verdict(max_points=0)])])
    assert (exercise.of, exercise.share) == (1, 0)


def test_a_student_counts_once_for_a_mistake_however_many_checks_it_fails() -> None:
    verdicts = [a_verdict(check=name, mistake="no-bias", diagnosis=BIAS) for name in ("a", "b")]
    known, unknown = failures([a_mark("x", verdicts=verdicts), a_mark("y", verdicts=verdicts[:1])])
    example, observed, expected, is_hidden = "x", "1", "2", False
    of_example = (example, observed, expected, is_hidden)
    assert known == [Failure("no-bias", "The bias is left out.", ["x", "y"], ["Linear.a", "Linear.b"], *of_example)]
    assert unknown == []


def test_two_mistakes_in_one_check_are_counted_both() -> None:
    also = [{"mistake": "no-refusal", "likely": "Nothing is refused.", "read": ""}]
    known, unknown = failures([a_mark("x", verdicts=[a_verdict(mistake="no-bias", diagnosis=BIAS | {"also": also})])])
    assert [(mistake.name, mistake.says) for mistake in known] == [
        ("no-bias", "The bias is left out."),
        ("no-refusal", "Nothing is refused."),
    ]
    assert unknown == []


def test_the_example_is_from_a_visible_check_if_possible() -> None:
    hidden, visible = (a_verdict(mistake="m", hidden=hidden) for hidden in (True, False))
    ((failure,), _) = failures([a_mark("x", verdicts=[hidden]), a_mark("y", verdicts=[visible])])
    assert (failure.example, failure.hidden) == ("y", False)


def test_one_error_that_fails_all_checks_of_an_exercise_is_one_failure() -> None:
    error = "SyntaxError: invalid syntax, in the line: def x(:"
    verdicts = [a_verdict("error", check=name, diagnosis=BIAS | {"observed": error}) for name in "abc"]
    _, unknown = failures([a_mark("x", verdicts=verdicts), a_mark("y", verdicts=[a_verdict()])])
    assert [failure.name for failure in unknown] == ["Linear.one", f"Linear: {error}"]


def test_unbegun_exercises_and_limits_are_no_mistakes() -> None:
    verdicts = [a_verdict(outcome) for outcome in ("missing", "timeout", "crash", "memory", "invalid")]
    marks = [a_mark("x", verdicts=verdicts)]
    assert failures(marks) == ([], [])
    ended = [(row["exercise"], row["outcome"], row["students"]) for row in limits_met(marks)]
    assert ended == [("Linear", outcome, ["x"]) for outcome in ("timeout", "crash", "memory", "invalid")]
    assert outcomes(marks)["missing"] == 1


def test_less_than_half_the_points_or_a_missing_assignment_means_need() -> None:
    marks = [
        a_mark("good", raw_score=8.0, handed_in=True),
        a_mark("half", raw_score=5.0, handed_in=True),
        a_mark("weak", raw_score=4.9, handed_in=True),
        a_mark("late", raw_score=6.0, penalty=2.0, handed_in=True),
        a_mark("gone"),
        a_mark("good", "3-dropout", raw_score=9.0, handed_in=True),  # and fewer than half besides
        *(a_mark(name, "3-dropout") for name in "abc"),
    ]
    needs = [(need.student, list(need.missing), [name for name, _ in need.weak]) for need in students_in_need(marks)]
    assert sorted(needs) == [("gone", ["2-layers"], []), ("late", [], ["2-layers"]), ("weak", [], ["2-layers"])]


def test_while_an_answer_waits_for_a_person_the_points_from_checks_alone_count() -> None:
    passed = [a_verdict("pass"), a_verdict("pass", check="two")]
    mark = a_mark("x", raw_score=2.0, handed_in=True, needs_manual_grade=True, verdicts=passed)
    assert mark.decided_share == 1
    assert students_in_need([mark]) == []
    assert students_in_need([replace(mark, needs_manual_grade=False)])


def test_pytorchs_own_part_is_counted_once_an_exercise_and_is_no_failure() -> None:
    called = [a_verdict("pass", delegated="nn.Linear"), a_verdict("fail", check="two", delegated="nn.Linear")]
    marks = [a_mark("eve", verdicts=called), a_mark("bob", verdicts=[a_verdict("pass")])]
    marks += [a_mark("zoe", verdicts=called[:1])]
    assert delegations(marks) == [{"exercise": "Linear", "called": "nn.Linear", "students": ["eve", "zoe"]}]
    assert failures(marks) == ([], [])


FIRST, SECOND = "1-approximation", "2-layers"


def graded(student: str, assignment: str, points: float, **more: Any) -> Mark:
    return a_mark(student, assignment, raw_score=points, handed_in=True, **more)


def test_the_student_who_lacks_most_comes_first() -> None:
    marks = [graded("fine", FIRST, 9.0), graded("a little", FIRST, 4.0), graded("more", FIRST, 0.0), a_mark("gone")]
    marks += [graded("fine", SECOND, 9.0), graded("a little", SECOND, 9.0), graded("more", SECOND, 3.0)]
    needs = students_in_need(marks)
    assert [need.student for need in needs] == ["more", "gone", "a little"]
    assert [round(need.behind, 6) for need in needs] == [1.7, 1.0, 0.6]
