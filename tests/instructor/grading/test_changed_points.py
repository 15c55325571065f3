"""Points or checks that have changed since the release: the gradebook follows, and nobody is blamed for it."""

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
from autograder.notebooks.graft import graft, read_notebook
from tests.instructor.conftest import ASSIGNMENT, ONCE, grade, notebook_of, open_gradebook, points, tree
from tests.instructor.grading.broken import cell

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
            work.student.id: (work.score, work.max_score, work.needs_manual_grade)
            for work in gradebook.assignment_submissions(ASSIGNMENT)
        }


def removed(check: Check) -> Check | None:
    return None if check.id == CELL else check


@pytest.mark.long("grades a class anew")
@pytest.mark.parametrize(
    ("change", "printed", "most", "right"),
    [(worth_three, "Linear.affine_map: 1 to 3 points", 27, 22), (removed, "Linear.affine_map: 1 to 0 points", 24, 19)],
)
def test_changed_points_are_announced_by_a_dry_run_and_reach_the_gradebook_with_nothing_to_mark_anew(
    change: Callable[[Check], Check | None],
    printed: str,
    most: float,
    right: float,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, waits = tree(folder), {student: waits for student, (*_, waits) in totals(folder).items()}
    with_checks(monkeypatch, change)
    assert grade(folder, seed=8, dry_run=True).cells_changed == [printed]
    assert tree(folder) == before
    run = grade(folder, seed=8)
    assert (points(run), run.cells_changed) == (ONCE | {"right": right}, [printed])
    assert totals(folder) == {student: (score, most, waits[student]) for student, score in points(run).items()}
    assert grade(folder, seed=8).cells_changed == []


def renamed(check: Check) -> Check:
    return replace(check, name="renamed") if check.id == CELL else check


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (worth_three, r"Linear\.affine_map: 1 to 3 points.*without --student"),  # others than those of the class
        (renamed, r"no cell for Linear\.renamed: run `autograder release"),
    ],
)
def test_one_student_alone_is_not_graded_by_checks_that_the_class_has_not(
    change: Callable[[Check], Check], refusal: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_checks(monkeypatch, change)
    with pytest.raises(CourseFolderError, match=refusal):
        grade(folder, student="right")


def test_a_student_with_an_earlier_release_has_changed_nothing(folder: Path) -> None:
    course, handed_in = CourseFolder(folder), notebook_of(folder, "ada")
    remember_release(course.releases, ASSIGNMENT, course.released(ASSIGNMENT))
    released = read_notebook(course.released(ASSIGNMENT))
    for any_cell in released.cells:
        any_cell.source = any_cell.source.replace(
            "# Check (1 point): The output is", "# Check (3 points): The output is"
        )
    nbformat.write(released, course.released(ASSIGNMENT))
    now = course.instructor_notebook(ASSIGNMENT)
    assert [note for note in graft(now, handed_in).notes if "was changed" in note] == []
    cell(handed_in, CELL).source += "\npass"
    assert [note for note in graft(now, handed_in).notes if "was changed" in note] == [
        f"the cell {CELL} was changed; the released one counts"
    ]
