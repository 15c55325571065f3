"""The instructor's and the released notebook: what stands in each, and how a release fails."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of, rooms
from autograder.course import Chapter, Course, chapters_of
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.new import make_course_folder
from autograder.instructor.releasing.release import (
    ReleaseError,
    WouldOverwrite,
    execute,
    release,
    run_reference,
    write_source,
)
from autograder.instructor.releasing.source import source_notebook, without_solutions
from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import grade_id_of, is_graded, is_written
from tests.instructor.releasing.conftest import ASSIGNMENT, ROOM


def by_grade_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {str(grade_id_of(cell)): cell for cell in notebook.cells if grade_id_of(cell)}


def test_every_room_is_an_assignment_and_the_page_before_the_first_chapter_is_none(course: Course) -> None:
    assert (course.chapters / "0-start.md").exists()
    assert tuple(sorted(chapter.room for chapter in chapters_of(course))) == rooms()


def test_a_cell_with_a_grade_id_has_it_as_its_id_and_no_id_occurs_twice(source: NotebookNode) -> None:
    assert all(cell.id == grade_id for grade_id, cell in by_grade_id(source).items())
    assert len({cell.id for cell in source.cells}) == len(source.cells)


def test_the_same_chapter_gives_the_same_ids_and_an_inserted_cell_moves_no_other(
    tmp_path: Path, course: Course
) -> None:
    path = course.chapters / f"{ASSIGNMENT}.md"
    inserted = path.read_text(encoding="utf-8").replace("(flatten)=\n", "```{code-cell}\nprint(1)\n```\n\n(flatten)=\n")
    (tmp_path / path.name).write_text(inserted, encoding="utf-8")
    ids, again, more = (
        [cell.id for cell in source_notebook(Chapter(file, ROOM), course).cells]
        for file in (path, path, tmp_path / path.name)
    )
    assert ids == again
    assert len(set(more) - set(ids)) == 1 and not set(ids) - set(more)


def test_each_check_has_one_graded_cell_with_its_points_and_the_sum_is_25(source: NotebookNode) -> None:
    graded = {
        grade_id: cell.metadata.nbgrader.points for grade_id, cell in by_grade_id(source).items() if is_graded(cell)
    }
    assert graded == {check.id: check.points for check in checks_of(ROOM)} | {"layers-written": 5}
    assert sum(graded.values()) == 25


def test_a_check_says_its_title_and_points_in_its_cell(untouched: NotebookNode) -> None:
    for check in checks_of(ROOM):
        first = by_grade_id(untouched)[check.id].source.splitlines()[0]
        assert check.title in first and f"{check.points} point" in first and ("Hidden" in first) == check.hidden


def test_the_source_holds_reference_and_hidden_checks_and_the_release_stub_and_titles(
    source: NotebookNode, untouched: NotebookNode, course: Course
) -> None:
    ours, theirs = by_grade_id(source), by_grade_id(untouched)
    for exercise in course.exercises(ROOM):
        assert ours[exercise.id].source == exercise.source
        assert theirs[exercise.id].source == exercise.stub
    for check in checks_of(ROOM):
        assert f'check({check.exercise}, "{check.name}").require()' in ours[check.id].source
        assert ("require" in theirs[check.id].source) != check.hidden
    assert ours["layers-written"].source != theirs["layers-written"].source


def test_source_and_release_fit_the_schema_of_nbformat(source: NotebookNode, untouched: NotebookNode) -> None:
    nbformat.validate(source)
    nbformat.validate(untouched)


def test_a_source_without_its_solutions_is_the_release(course: Course, untouched: NotebookNode) -> None:
    """What `autograder check` takes for the released notebook where no bundle is installed."""
    mine = without_solutions(source_notebook(Chapter(course.chapters / f"{ASSIGNMENT}.md", ROOM), course))
    answers = {name: cell.source for name, cell in exercise_cells(mine).items()}
    assert answers == {name: cell.source for name, cell in exercise_cells(untouched).items()}


def test_run_all_goes_on_after_an_exercise_that_is_still_open(untouched: NotebookNode) -> None:
    for cell in untouched.cells:
        open_ended = cell.source.startswith("check(") or (is_graded(cell) and cell.cell_type == "code")
        if open_ended or "needs-exercises" in cell.metadata.get("tags", []):
            assert "raises-exception" in cell.metadata.tags


def test_the_gradebook_knows_every_graded_cell(released: Path) -> None:
    with sqlite3.connect(f"file:{released}/gradebook.db?mode=ro", uri=True) as gradebook:
        names = {name for (name,) in gradebook.execute("select name from base_cell")}
    gradebook.close()
    assert {check.id for check in checks_of(ROOM)} <= names


def nbgrader_validate(notebook: Path) -> str:
    command = [Path(sys.executable).parent / "nbgrader", "validate", notebook.name]
    done = subprocess.run(command, cwd=notebook.parent, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.long("nbgrader runs the notebook")
def test_nbgrader_validate_finds_success_in_the_source(released: Path) -> None:
    assert "Success! Your notebook passes all the tests." in nbgrader_validate(
        released / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    )


@pytest.mark.long("nbgrader runs the notebook")
def test_nbgrader_validate_fails_on_the_open_answers_of_the_release_and_on_nothing_else(
    released: Path, untouched: NotebookNode
) -> None:
    said = nbgrader_validate(released / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    visible = [check for check in checks_of(ROOM) if not check.hidden]
    failed = said.count("The following cell failed")
    written = sum(is_written(cell) for cell in untouched.cells)
    assert failed == len(visible) + written
    shown = re.sub(r"[#\s]+", " ", said)  # nbgrader cuts a long line
    assert [check.title for check in visible if check.title[:50] not in shown] == []
    assert "Traceback" not in said


@dataclass(frozen=True)
class SmallCourse(Course):
    """The course with one short chapter, and with an edit of its reference."""

    book: Path = Path()
    edit: tuple[str, str] = ("", "")

    @property
    def chapters(self) -> Path:
        return self.book

    def source(self, room: str) -> str:
        return super().source(room).replace(*self.edit)


SETUP = "```{code-cell} python3\n:tags: [setup]\n\nfrom torch import Tensor, nn\n```\n\n"
EXERCISE = "```{code-cell} python3\n:tags: [exercise]\n\nfrom solutions.layers import Flatten\n```\n"
SHORT = f"---\njupytext:\n  text_representation:\n    format_name: myst\n---\n\n# Short\n\n{SETUP}{EXERCISE}"


@pytest.mark.parametrize(
    ("cell", "edit", "complaint"),
    [
        ("x = 1\n1 / 0", ("", ""), r"the cell \w+ \('x = 1'\) fails: ZeroDivisionError: division by zero"),
        ("import os\nos._exit(3)", ("", ""), r"the cell \w+ ended the whole kernel"),
        (
            "",
            ("x.flatten(start_dim=1)", "x.flatten()"),
            r"the cell layers-Flatten-rows fails: CheckFailed: Flatten",
        ),
    ],
    ids=["an error", "a crash", "a check that the reference does not pass"],
)
def test_a_cell_that_fails_with_the_reference_stops_the_release_with_a_line_that_names_it(
    cell: str, edit: tuple[str, str], complaint: str, tmp_path: Path
) -> None:
    chapter = tmp_path / "2-layers.md"
    chapter.write_text(f"{SHORT}\n```{{code-cell}}\n{cell}\n```\n", encoding="utf-8")
    make_course_folder(tmp_path / "course")
    course = SmallCourse("solutions", "https://example.org/", book=tmp_path, edit=edit)
    with pytest.raises(ReleaseError, match=complaint) as refused:
        one = Chapter(chapter, ROOM)
        release(one, run_reference(one, course), course, CourseFolder.here(tmp_path / "course"))
    assert "\n" not in str(refused.value)
    assert not list((tmp_path / "course").rglob("*.ipynb"))


def test_a_cell_that_does_not_end_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("autograder.instructor.releasing.release.CELL_TIMEOUT_S", 1)
    endless = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("while True: pass", id="endless")])
    with pytest.raises(ReleaseError, match="the cell endless did not end within 1 s"):
        execute(endless, tmp_path, allow_errors=False)


def test_an_exercise_that_the_course_does_not_have_is_named(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "2-layers.md"
    path.write_text(SHORT.replace("import Flatten", "import Convolution"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"2-layers\.md: .*Convolution.* names no exercise of layers"):
        source_notebook(Chapter(path, ROOM), course)


GIVEN = "```{code-cell} python3\n:tags: [given]\n\nfrom solutions.deployment import load_model\n```\n"


def test_what_is_given_stands_in_the_notebook_as_the_reference_has_it(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "2-layers.md"
    path.write_text(SHORT + GIVEN, encoding="utf-8")
    cells = source_notebook(Chapter(path, ROOM), course).cells
    (given,) = (cell for cell in cells if "def load_model" in cell.source)
    assert course.source("deployment").count(given.source.partition("\n\n")[2]) == 1
    assert "\nfrom solutions" not in given.source


@pytest.mark.parametrize(
    "named", ["solutions.layers import Linear", "solutions.layers import nothing", "math import e"]
)
def test_an_exercise_or_what_the_course_does_not_have_is_never_given(named: str, course: Course) -> None:
    with pytest.raises(ValueError, match="names nothing that is given"):
        course.given_in(f"from {named}")


def test_a_source_that_somebody_changed_is_not_overwritten_unasked_and_then_a_copy_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "2-layers" / "2-layers.ipynb"
    write_source(path, "first", force=False)
    write_source(path, "first", force=False)  # nothing differs, so nothing is said
    with pytest.raises(WouldOverwrite, match=r"2-layers\.ipynb differs from the chapter: --force"):
        write_source(path, "second", force=False)
    assert path.read_text(encoding="utf-8") == "first"
    write_source(path, "second", force=True)
    assert (path.read_text("utf-8"), path.with_suffix(".ipynb.bak").read_text("utf-8")) == ("second", "first")
