"""Marks are computed: tables of the rule, and laws over histories in a real gradebook."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.instructor.class_facts import update_gradebook
from autograder.instructor.course.decisions import Decision, read_decisions, with_decisions, write_decisions
from autograder.instructor.course.due_dates import LatePenalty
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.records import GradingRecord
from autograder.instructor.course.roster import Student
from autograder.instructor.gradebook import CourseGradebook
from autograder.instructor.marks import CellMark, Facts, GradedCell, HandMark, marks_of
from tests.conftest import copy_course
from tests.instructor.conftest import (
    COURSE,
    a_verdict,
    configure,
    follow,
    let_earn,
    let_release,
    open_gradebook,
    works_in,
)
from tests.suite import is_deep

WORK = ("ada", "2-layers")
CHECK, OTHER, ESSAY = "layers-Linear-shape", "layers-Linear-size", "layers-written"
CELLS = {CHECK: GradedCell(2), OTHER: GradedCell(3), ESSAY: GradedCell(5, by_hand=True)}
DUE = datetime(2026, 11, 5, 12, tzinfo=UTC)
TEXTS = {"layers-Linear": "class Linear: ...", ESSAY: "The variance grows."}


def record(*passed: str, **fields: Any) -> GradingRecord:
    checks = (("shape", 2), ("size", 3))
    verdicts = [a_verdict("pass" if name in passed else "fail", "Linear", name, points) for name, points in checks]
    return GradingRecord("layers", cast(Any, tuple(verdicts)), **{"answers": TEXTS, "handed_in": DUE} | fields)


def facts(graded: GradingRecord | None, *decisions: Decision, **fields: Any) -> Facts:
    records = {} if graded is None else {WORK: graded}
    return Facts([Student("ada")], {"2-layers": CELLS}, records, decisions=decisions, due={"2-layers": DUE}, **fields)


def by_hand(points: float | None, cell: str = ESSAY, **fields: Any) -> dict[str, Any]:
    mark = HandMark(points, seen=record().text_digest(cell), **fields)
    return {"hand_marks": {(*WORK, cell): mark}}


DROPPED = Decision("2-layers", "dropped", ESSAY)
EXCUSED = Decision("2-layers", "excused", student="ada")
EXTENDED = Decision("2-layers", "extended", student="ada", extension="+2h")
TEN_PERCENT = LatePenalty(percent_per_day=10)
LATE = record("shape", handed_in=DUE + timedelta(hours=1))


@pytest.mark.parametrize(
    ("known", "score", "penalty", "waits"),
    [
        (facts(None), None, 0, False),
        (facts(record()), 0, 0, True),
        (facts(record("shape")), 2, 0, True),
        (facts(record("shape", blank=frozenset([ESSAY]))), 2, 0, False),
        (facts(record("shape"), **by_hand(4)), 6, 0, False),
        (facts(record("shape"), **by_hand(4, extra=1)), 7, 0, False),
        (facts(record("shape"), **by_hand(None, comment="Say why.")), 2, 0, True),
        (facts(record("shape"), **by_hand(None, extra=1)), 3, 0, True),
        (facts(record("shape", answers={ESSAY: "Another text."}), **by_hand(4)), 6, 0, True),
        (facts(record("shape", answers=TEXTS | {"layers-Linear": "other code"}), **by_hand(4)), 6, 0, False),
        (facts(record("shape"), **by_hand(1, CHECK)), 1, 0, True),
        (facts(record("shape"), DROPPED), 7, 0, False),
        (facts(record("shape"), DROPPED, **by_hand(4)), 7, 0, False),
        (facts(record("shape"), DROPPED, **by_hand(4, extra=1)), 8, 0, False),
        (facts(record("shape"), Decision("2-layers", "dropped", OTHER)), 5, 0, True),
        (facts(record("shape"), Decision("2-layers", "points", CHECK, points=4)), 4, 0, True),
        (facts(record("shape"), Decision("2-layers", "points", OTHER, points=4)), 2, 0, True),
        (facts(record("shape"), Decision("3-dropout", "dropped", OTHER)), 2, 0, True),
        (facts(LATE, late=TEN_PERCENT), 2, 0.2, True),
        (facts(LATE, late=TEN_PERCENT, **by_hand(4)), 6, 0.6, False),
        (facts(record("shape", handed_in=DUE + timedelta(days=30)), late=TEN_PERCENT), 2, 2, True),
        (facts(LATE, EXTENDED, late=TEN_PERCENT), 2, 0, True),
        (facts(LATE, EXCUSED, late=TEN_PERCENT), 2, 0, False),
    ],
)
def test_checks_hand_marks_decisions_and_lateness_make_a_mark(
    known: Facts, score: float | None, penalty: float, waits: bool
) -> None:
    (mark,) = marks_of(known)
    assert (mark.raw_score, mark.penalty, mark.needs_manual_grade) == (score, pytest.approx(penalty), waits)


def test_work_that_cannot_be_read_has_no_score_whatever_was_decided() -> None:
    (mark,) = marks_of(facts(record(unreadable="it is no notebook", blank=frozenset([ESSAY])), DROPPED))
    assert (mark.raw_score, mark.score, mark.final_score, mark.status) == (0, None, None, "unreadable")


def test_a_verdict_shows_the_points_that_count_and_the_record_the_judged_points() -> None:
    known = facts(
        record("shape"), Decision("2-layers", "points", CHECK, points=4), Decision("2-layers", "dropped", OTHER)
    )
    (mark,) = marks_of(known)
    assert [(verdict["points"], verdict["max_points"]) for verdict in mark.verdicts] == [(4, 4), (3, 3)]
    assert [verdict["points"] for verdict in known.records[WORK].verdicts] == [2, 0]


def test_an_undone_decision_leaves_no_trace() -> None:
    before = facts(record("shape"), **by_hand(4))
    now = replace(before, decisions=with_decisions((), [DROPPED], undo=False))
    assert marks_of(now) != marks_of(before)
    assert marks_of(replace(now, decisions=with_decisions(now.decisions, [DROPPED], undo=True))) == marks_of(before)


def test_an_undecided_cell_has_no_points_and_leaves_the_mark_open() -> None:
    assert CellMark(5, checked=None).points is None
    (mark,) = marks_of(facts(record("shape")))
    assert (mark.unmarked, mark.final_score, mark.score) == (True, None, 2)


# Histories, in a real gradebook

STUDENTS, ASSIGNMENTS, CHECKS = ("ada", "grace"), ("1-approximation", "2-layers"), {"one": 10.0, "two": 10.0}
DUE_DATES = """assignment,due,time zone
1-approximation,2026-10-23 12:00,Europe/Berlin
2-layers,2026-11-05 12:00,Europe/Berlin
"""


@dataclass(frozen=True)
class Event:
    """Something that happens to a course folder; of two of one kind about the same, the later would count."""

    what: str
    student: str
    assignment: str
    number: int

    def happen(self, root: Path) -> None:
        """Write the fact down, as a command or a person would."""
        day = datetime(2026, 10, 20 if self.assignment == "1-approximation" else 30, 10, tzinfo=UTC)
        passed = {name: points for at, (name, points) in enumerate(CHECKS.items()) if self.number >> at & 1}
        match self.what:
            case "hands in":
                let_earn(root, self.student, self.assignment, day + timedelta(self.number * 2), follows=False, **passed)
            case "is marked":
                with open_gradebook(root) as gradebook:
                    cell = ("room-Part-one", self.assignment, self.assignment, self.student)
                    grade = gradebook.find_grade(*cell)
                    grade.manual_score, grade.needs_manual_grade = float(self.number), False
                    grade.extra_credit = 1.0 if self.number > 2 else None
                    gradebook.db.commit()
            case "dropped" | "points":
                cell = "room-Part-one" if self.what == "dropped" else "room-Part-two"  # a person marks the first
                self._decide(root, cell=cell, points=self.number if self.what == "points" else 0)
            case "excused":
                self._decide(root, student=self.student)
            case "extended":
                self._decide(root, student=self.student, extension=f"+{self.number + 1}d")

    def _decide(self, root: Path, **fields: Any) -> None:
        path = CourseFolder(root).decisions
        decision = Decision(self.assignment, cast(Any, self.what), **fields)
        write_decisions(path, with_decisions(read_decisions(path), [decision], undo=False))


WHAT = ("hands in", "is marked", "dropped", "points", "excused", "extended")
EVENTS = st.builds(
    Event, st.sampled_from(WHAT), st.sampled_from(STUDENTS), st.sampled_from(ASSIGNMENTS), st.integers(0, 3)
)
# Of each kind one about the same: what is independent commutes.
HISTORIES = st.lists(
    EVENTS,
    min_size=1,
    max_size=8,
    unique_by=lambda event: (
        event.what,
        event.assignment,
        "" if event.what in ("dropped", "points") else event.student,
    ),
)


@pytest.fixture(scope="module")
def class_of_two(new_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder in which two have handed in two assignments. Read it only."""
    root = copy_course(new_course, tmp_path_factory.mktemp("laws") / "course")
    (root / "due_dates.csv").write_text(DUE_DATES)
    (root / "roster.csv").write_text("id\nada\ngrace\n")
    configure(root, "LatePenalty", percent_per_day=10, free_days=1)
    follow(root)
    for assignment in ASSIGNMENTS:
        let_release(root, assignment, **CHECKS)
        for student in STUDENTS:
            let_earn(root, student, assignment, datetime(2026, 10, 20, 10, tzinfo=UTC), **CHECKS)
    return root


@contextmanager
def played(
    root: Path, events: Sequence[Event], follows: Callable[[int], bool]
) -> Iterator[Callable[[], Mapping[str, Any]]]:
    """Let events happen in a copy of a course folder, after some of which a command runs.

    Gives a function that lets a command run once more, and returns all that nbgrader shows of the class then.
    """
    folder = CourseFolder(shutil.copytree(root, root.parent / f"played-{next(NUMBER)}"))
    with CourseGradebook(folder) as gradebook:

        def command() -> Mapping[str, Any]:
            update_gradebook(folder, COURSE, gradebook)
            with gradebook.open() as rows:
                return {assignment: works_in(rows.gradebook, assignment) for assignment in ASSIGNMENTS}

        for at, event in enumerate(events):
            event.happen(folder.root)
            if follows(at):
                update_gradebook(folder, COURSE, gradebook)
        yield command
    shutil.rmtree(folder.root)


NUMBER = count()


@pytest.mark.long("each history is played in two gradebooks")
@pytest.mark.timeout(3600)
@settings(max_examples=1000 if is_deep() else 15)
@given(history=HISTORIES, order=st.randoms(use_true_random=False), pauses=st.integers(0, 255))
def test_a_mark_depends_on_what_happened_and_not_on_the_order_or_on_what_ran_last(
    class_of_two: Path, history: list[Event], order: Any, pauses: int
) -> None:
    """Marked then graded, or graded then marked; killed before the gradebook followed, or not; and once more."""
    reordered = order.sample(history, len(history))
    with (
        played(class_of_two, history, lambda at: True) as first,
        played(class_of_two, reordered, lambda at: bool(pauses >> at & 1)) as second,
    ):
        assert first() == second() == second()
