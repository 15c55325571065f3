"""Plans of a collection, made before anything is written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.instructor.collecting.downloaded import DownloadedFile
from autograder.instructor.collecting.plan import (
    PlacedWork,
    Situation,
    SubmissionPlan,
    action_for,
    make_plan,
    with_new,
)
from autograder.instructor.course.attempts import ENTERED, PROVED
from autograder.instructor.course.directory import Clue
from autograder.instructor.course.roster import Student
from autograder.receipts import PACKED
from tests.instructor.collecting.made_downloads import entry
from tests.instructor.collecting.plans import ADA, BOB, DAY, EMPTY, HOUR, NOON, attempt, notebook, other_file


def submission(*files: DownloadedFile, situation: Situation = EMPTY) -> SubmissionPlan:
    (planned,) = make_plan(files, situation).submissions
    return planned


def carried_out(planned: SubmissionPlan) -> Situation:
    work, placed = (planned.student.id, planned.assignment), PlacedWork(planned.chosen.digest, planned.chosen.stamp)
    return replace(EMPTY, kept={work: planned.attempts}, submitted={work: placed})


SAVED = notebook("b", entry=entry("ada/b", modified=1.0))
PACKED_LATER = notebook("a", entry=entry(f"ada/{PACKED}/a", modified=2.0))


@pytest.mark.parametrize(
    ("files", "attempts"),
    [
        ([notebook("b", when=NOON), notebook("a", when=NOON - HOUR)], [("a", 1), ("b", 2)]),
        ([notebook("b", upload=20), notebook("a", upload=10)], [("a", 1), ("b", 2)]),
        ([notebook("a"), notebook("a")], [("a", 1)]),
        ([notebook(name, upload=at) for at, name in enumerate("aba", 1)], [("a", 1), ("b", 2), ("a", 3)]),
        (
            [notebook("a", when=NOON), notebook("b", when=NOON + DAY), notebook("a", when=NOON + 2 * DAY)],
            [("a", 1), ("b", 2), ("a", 3)],
        ),
        ([SAVED, PACKED_LATER], [("a", 1), ("b", 2)]),
    ],
    ids=[
        *("by time", "by upload", "one file twice", "one file in two uploads"),
        *("one file at two times", "a packed copy"),
    ],
)
def test_all_attempts_are_kept_and_the_last_is_graded(
    files: list[DownloadedFile], attempts: list[tuple[str, int]]
) -> None:
    planned = submission(*files)
    assert [(kept.digest, kept.number) for kept in planned.attempts] == attempts
    assert (planned.chosen, planned.action) == (planned.attempts[-1], "new")


def test_the_note_is_that_of_the_attempt_that_is_graded() -> None:
    files = [replace(notebook(name, when=NOON + at * HOUR), note=f"odd {name}") for at, name in enumerate("abc")]
    planned = submission(*files)
    assert (planned.chosen.digest, planned.note) == ("c", "odd c")


RESCUED = notebook("a", when=NOON - DAY, standing=ENTERED, system="by hand")


@pytest.mark.parametrize(
    ("downloads", "attempts", "action", "learned"),
    [
        ([notebook("a"), notebook("b")], [("a", "claimed"), ("b", "claimed")], "newer", True),
        ([notebook("b"), notebook("a", when=NOON - DAY)], [("b", "claimed"), ("a", "claimed")], "as it is", True),
        ([notebook("b", upload=2), notebook("a", upload=1)], [("b", "claimed"), ("a", "claimed")], "as it is", True),
        ([notebook("b"), RESCUED], [("b", "claimed"), ("a", ENTERED)], "newer", True),
        ([notebook("a"), notebook("a", when=NOON)], [("a", "claimed")], "newer", True),
        ([notebook(when=NOON), notebook(when=NOON, standing=PROVED)], [("d", PROVED)], "as it is", True),
        ([notebook(when=NOON, standing=PROVED), notebook(when=NOON)], [("d", PROVED)], "as it is", False),
        ([notebook(when=NOON), notebook(when=NOON - DAY, standing=ENTERED)], [("d", ENTERED)], "newer", True),
    ],
    ids=[
        *("more work", "older work", "an older upload", "by hand"),
        *("a time is learned", "a time is proved", "and stays so", "a time is corrected"),
    ],
)
def test_a_later_download_adds_to_the_kept_attempts(
    downloads: list[DownloadedFile], attempts: list[tuple[str, str]], action: str, learned: bool
) -> None:
    first, second = downloads
    planned = submission(second, situation=carried_out(submission(first)))
    assert [(kept.digest, kept.standing) for kept in planned.attempts] == attempts
    assert (planned.action, planned.learned) == (action, learned)


DRAWN = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.integers(0, 3), st.integers(0, 3)))
Drawn = list[tuple[str, int | None, int]]


@given(DRAWN)
def test_to_collect_twice_changes_nothing(drawn: Drawn) -> None:
    files = [notebook(name, when=None if at is None else NOON + at * HOUR, upload=upload) for name, at, upload in drawn]
    for planned in make_plan(files, EMPTY).submissions:
        again = make_plan(files, carried_out(planned))
        assert (again.submissions[0].action, again.submissions[0].attempts) == ("as it is", planned.attempts)
        assert again.to_write == []


@given(DRAWN)
def test_no_attempt_is_lost_and_no_two_have_a_number(drawn: Drawn) -> None:
    files = [notebook(name, upload=upload) for name, _, upload in drawn]
    attempts = with_new((), files, NOON)
    assert {kept.digest for kept in attempts} == {file.digest for file in files}
    assert len({kept.number for kept in attempts}) == len(attempts)


@pytest.mark.parametrize(
    ("placed", "force", "action"),
    [
        (PlacedWork(), False, "new"),
        (PlacedWork("b", attempt(when=NOON).stamp), False, "as it is"),
        (PlacedWork("b", ""), False, "newer"),
        (PlacedWork("b", "by hand"), False, "as it is"),
        (PlacedWork("a", ""), False, "newer"),
        (PlacedWork("a", "by hand"), False, "blocked"),
        (PlacedWork("a", "by hand"), True, "newer"),
        (PlacedWork("c", ""), False, "newer"),
        (PlacedWork("other", ""), False, "blocked"),
        (PlacedWork("other", ""), True, "newer"),
        (PlacedWork("", "by hand"), False, "blocked"),
    ],
)
def test_work_that_was_put_there_by_hand_is_replaced_only_by_force(
    placed: PlacedWork, force: bool, action: str
) -> None:
    attempts = (attempt(1, "a"), attempt(2, "b", NOON), attempt(3, "c"))
    assert action_for(attempts[1], attempts, placed, force=force) == action


LATE = notebook(late=True)


@pytest.mark.parametrize(
    ("file", "facts", "when", "unknown"),
    [
        (LATE, {"submitted": {("ada", "2-layers"): PlacedWork("d")}}, None, True),
        (LATE, {"submitted": {("ada", "2-layers"): PlacedWork("d", "by hand")}}, None, False),
        (LATE, {"times": {"ada": NOON + HOUR}}, NOON + HOUR, False),
        (notebook(when=NOON + HOUR), {"times": {"ada": NOON - HOUR}}, NOON + HOUR, False),
    ],
    ids=["nobody says when", "its time is written by hand", "the instructor says when", "the system's time counts"],
)
def test_lateness_is_unknown_where_only_the_system_reports_it(
    file: DownloadedFile, facts: Mapping[str, object], when: datetime | None, unknown: bool
) -> None:
    planned = submission(file, situation=replace(EMPTY, **facts))  # type: ignore[arg-type]
    assert (planned.chosen.when, planned.late_since_unknown) == (when, unknown)


@pytest.mark.parametrize(
    ("files", "facts", "missing"),
    [
        ([notebook(), notebook(owner="bob", assignment="3-dropout")], {}, {"2-layers": (BOB,), "3-dropout": (ADA,)}),
        ([notebook()], {"kept": {("bob", "2-layers"): (attempt(),)}}, {"2-layers": ()}),
        ([notebook()], {"submitted": {("bob", "2-layers"): PlacedWork("x")}}, {"2-layers": ()}),
    ],
    ids=["of each assignment", "collected before", "placed by hand"],
)
def test_students_without_work_are_named(
    files: Sequence[DownloadedFile], facts: Mapping[str, object], missing: dict[str, tuple[Student, ...]]
) -> None:
    assert make_plan(files, replace(EMPTY, **facts)).missing == missing  # type: ignore[arg-type]


TWINS = (Student("ada", "Ada", "Lee"), Student("bob", "Ada", "Lee"))
LEE = ((Clue("name", "Ada Lee"),),)
GROUP = tuple((Clue("id", name),) for name in ("ada", "bob", "eve"))


SCRIPTS = [other_file("a.py"), other_file("b.py")]
BY_HAND = {("ada", "2-layers"): (attempt(system="by hand"),)}
# The files of a download, what is special about the course folder, and the reasons, with whether they matter.
EXCLUDED: dict[str, tuple[list[DownloadedFile], dict[str, object], list[tuple[str, bool]]]] = {
    "a stranger in a group": ([notebook(owners=GROUP)], {}, [("nobody in the roster is 'eve'", True)]),
    "another assignment": ([notebook(assignment="3-dropout")], {}, [("it is a notebook of 3-dropout", False)]),
    "beside a notebook": ([notebook(), other_file("notes.txt")], {}, [("it is no notebook", False)]),
    "an archive beside one": ([notebook(), other_file("a.rar", refused="it is a rar")], {}, [("it is a rar", True)]),
    "no notebook": (SCRIPTS, {}, [("ada handed in a.py, and no notebook", True), ("it is no notebook", False)]),
    "a notebook without our cells": (
        [other_file("a.ipynb")],
        {},
        [("ada handed in a.ipynb, which has no cell of this course", True)],
    ),
    "an archive and no notebook": (
        [other_file("a.rar", refused="it is a rar")],
        {},
        [("ada handed in a.rar, and no notebook: it is a rar", True)],
    ),
    "a name that two have": (
        [notebook(owners=LEE)],
        {"students": TWINS, "kept": {("ada", "2-layers"): (attempt(system="test"),)}},
        [("'Ada Lee' fits ada and bob", True)],
    ),
    "one of the two collected by hand": (
        [notebook(owners=LEE), notebook(owners=LEE)],
        {"students": TWINS, "kept": BY_HAND},
        [("collected by hand for ada Ada Lee", False), ("'Ada Lee' fits ada and bob", True)],
    ),
}


@pytest.mark.parametrize(("files", "facts", "excluded"), EXCLUDED.values(), ids=EXCLUDED)
def test_an_excluded_file_has_a_reason_and_can_matter(
    files: list[DownloadedFile], facts: Mapping[str, object], excluded: list[tuple[str, bool]]
) -> None:
    plan = make_plan(files, replace(EMPTY, **facts), only="2-layers")  # type: ignore[arg-type]
    assert [(file.reason, file.matters) for file in plan.excluded] == excluded
    assert plan.complete != any(matters for _, matters in excluded)


def test_each_of_a_group_gets_the_work_of_all_and_work_is_planned_by_assignment_and_then_by_student() -> None:
    plan = make_plan([notebook(assignment="3-dropout"), notebook(owners=GROUP)], EMPTY)
    works = [(planned.assignment, planned.student) for planned in plan.submissions]
    assert works == [("2-layers", ADA), ("2-layers", BOB), ("3-dropout", ADA)]


def test_each_of_a_group_is_asked_for_the_notebook() -> None:
    file = other_file("a.py")
    plan = make_plan([replace(file, owners=GROUP)], EMPTY, only="2-layers")
    assert [excluded.reason for excluded in plan.excluded] == ["ada and bob handed in a.py, and no notebook"]
