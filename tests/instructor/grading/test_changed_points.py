"""Points or checks that are not those of the release: the gradebook follows, and nobody is blamed for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder import checks
from autograder.checks import Check, checks_of
from autograder.instructor.course.folder import CourseFolder, CourseFolderError
from autograder.instructor.course.releases import remember_release
from autograder.notebooks.graft import grade_id_of, graft, read_notebook
from tests.instructor.conftest import (
    ASSIGNMENT,
    ONCE,
    grade,
    gradebook_rows,
    notebook_of,
    open_gradebook,
    points,
    tree,
)

CELL = "layers-Linear-affine_map"


def with_checks(monkeypatch: pytest.MonkeyPatch, change: Callable[[Check], Check | None]) -> None:
    """Let the course's checks be others than when it was released."""
    changed = [new for check in checks_of("layers") if (new := change(check))]
    monkeypatch.setitem(checks._CHECKS, "layers", changed)


def worth_three(check: Check) -> Check:
    return replace(check, points=3) if check.id == CELL else check


def totals(folder: Path) -> dict[str, tuple[float, float, bool]]:
    """Return what the gradebook says: points, points that can be had, and whether a person has to look."""
    with open_gradebook(folder) as gradebook:
        return {
            one.student.id: (one.score, one.max_score, one.needs_manual_grade)
            for one in gradebook.assignment_submissions(ASSIGNMENT)
        }


@pytest.mark.long("grades a class anew")
def test_changed_points_are_what_the_gradebook_stores_after_a_dry_run_has_said_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_checks(monkeypatch, worth_three)
    before = tree(folder)
    assert grade(folder, seed=8, dry_run=True).cells_changed == ["Linear.affine_map: 1 to 3 points"]
    assert tree(folder) == before
    run = grade(folder, seed=8)
    assert points(run) == ONCE | {"right": 22}
    assert run.cells_changed == ["Linear.affine_map: 1 to 3 points"]
    assert {student: one[:2] for student, one in totals(folder).items()} == {
        student: (score, 27) for student, score in points(run).items()
    }
    assert grade(folder, seed=8).cells_changed == []


@pytest.mark.long("grades a class anew")
def test_a_dropped_check_leaves_nothing_behind_and_nobody_has_to_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = totals(folder)
    with_checks(monkeypatch, lambda check: None if check.id == CELL else check)
    run = grade(folder, seed=8)
    assert run.cells_changed == ["Linear.affine_map: 1 to 0 points"]
    assert {student: one[:2] for student, one in totals(folder).items()} == {
        student: (score, 24) for student, score in points(run).items()
    }
    assert {student: one[2] for student, one in totals(folder).items()} == {
        student: one[2] for student, one in before.items()
    }
    assert {score for (_, cell), score in gradebook_rows(folder).items() if cell == CELL} == {0}


def renamed(check: Check) -> Check:
    return replace(check, name="renamed") if check.id == CELL else check


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (worth_three, r"Linear\.affine_map: 1 to 3 points.*without --student"),  # others than those of the class
        (renamed, r"no cell for Linear\.renamed: run `autograder release"),
    ],
)
def test_one_student_alone_is_not_graded_by_checks_that_the_class_has_not(
    change: Callable[[Check], Check], said: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_checks(monkeypatch, change)
    with pytest.raises(CourseFolderError, match=said):
        grade(folder, student="right")


def test_whoever_has_an_earlier_release_has_changed_nothing(folder: Path) -> None:
    course, theirs = CourseFolder(folder), notebook_of(folder, "ada")
    remember_release(course.releases, ASSIGNMENT, course.released(ASSIGNMENT))
    released = read_notebook(course.released(ASSIGNMENT))
    for cell in released.cells:
        cell.source = cell.source.replace("# Check (1 point): The output is", "# Check (3 points): The output is")
    nbformat.write(released, course.released(ASSIGNMENT))
    now = course.instructor_notebook(ASSIGNMENT)
    assert [note for note in graft(now, theirs).notes if "was changed" in note] == []
    for cell in theirs.cells:
        if grade_id_of(cell) == CELL:
            cell.source += "\npass"
    assert [note for note in graft(now, theirs).notes if "was changed" in note] == [
        f"the cell {CELL} was changed; the released one counts"
    ]
