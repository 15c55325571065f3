"""The students' zip in a new environment with only the packages that its README installs.

Each notebook runs from the first cell to the last as it is handed out, and filled with right answers; then it is
checked, handed in and graded, with full marks.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.course import Chapter, Course, chapters_of, chapters_to_read
from autograder.notebooks.graft import is_graded, read_notebook
from autograder.receipts import PACKED, receipt_of
from tests.commands import autograder
from tests.conftest import copy_course, made_once
from tests.instructor.releasing.conftest import StudentMachine, code_cells, errors_in

COURSE = Course.installed()
CHAPTERS = chapters_of(COURSE)
# The first test waits for the fixtures of all: a release, an environment, and then every notebook.
pytestmark = pytest.mark.timeout(1800)
EACH_CHAPTER = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.assignment)
# A whole notebook trains its networks: one each day, all of them in the deep run.
EACH_BUT_ONE_DEEP = pytest.mark.parametrize(
    "chapter",
    [
        pytest.param(chapter, id=chapter.assignment, marks=[pytest.mark.deep] * (chapter.room != "layers"))
        for chapter in CHAPTERS
    ],
)


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory, machine: StudentMachine) -> Path:
    """The student's folder with every notebook filled in, by the command that comes with the bundle. Read it only."""

    def make(folder: Path) -> None:
        for chapter in CHAPTERS:
            # A student's file holds the answers alone; the notebook gives the rest.
            answers = folder / f"{chapter.room}.py"
            answers.write_text("\n\n\n".join(e.source for e in COURSE.exercises(chapter.room)), encoding="utf-8")
            notebook = f"{chapter.assignment}.ipynb"
            filled = machine.autograder("fill", notebook, answers, folder / notebook)
            assert (filled.returncode, filled.stderr) == (0, "")

    return made_once("done", tmp_path_factory, make)


@pytest.fixture(scope="session")
def run_as_handed_out(tmp_path_factory: pytest.TempPathFactory, machine: StudentMachine) -> Callable[[Chapter], Path]:
    """Give a folder with the notebooks of the zip, and in `ran` what *Run All* makes of one. Read it only."""

    def folder_of(chapter: Chapter) -> Path:
        def make(folder: Path) -> None:
            for notebook in machine.course.glob("*.ipynb"):
                shutil.copy(notebook, folder)
            machine.run_all(folder / f"{chapter.assignment}.ipynb", folder / "ran")

        return made_once(f"ran-{chapter.assignment}", tmp_path_factory, make)

    return folder_of


@EACH_BUT_ONE_DEEP
@pytest.mark.long("a notebook runs from its first cell to its last")
def test_a_notebook_runs_to_its_last_cell_as_it_is_handed_out(
    chapter: Chapter, run_as_handed_out: Callable[[Chapter], Path]
) -> None:
    """Only open answers, their checks and the cells that need them fail; the last two cells say so."""
    folder = run_as_handed_out(chapter)
    ran = read_notebook(folder / "ran" / f"{chapter.assignment}.ipynb")
    assert [cell.source for cell in code_cells(ran) if cell.source.strip() and not cell.execution_count] == []
    assert {output.ename for output in errors_in(ran)} <= {"NotImplementedError", "CheckFailed", "NameError"}
    assert "max-width" in str(code_cells(ran)[0].outputs)  # of lines of text
    card, packed = (shown(cell) for cell in code_cells(ran)[-2:])
    assert f"{chapter.assignment}: 0 of {len(COURSE.exercises(chapter.room))} exercises done" in card
    copy = folder / PACKED / f"{chapter.assignment}.ipynb"
    assert f"Receipt {receipt_of(copy.read_bytes())}: {PACKED}/{copy.name}, packed " in packed


@pytest.mark.parametrize("chapter", chapters_to_read(COURSE), ids=lambda chapter: chapter.assignment)
@pytest.mark.deep
@pytest.mark.long("a notebook runs from its first cell to its last")
def test_a_chapter_to_read_is_a_notebook_that_runs(
    chapter: Chapter, machine: StudentMachine, run_as_handed_out: Callable[[Chapter], Path]
) -> None:
    ran = read_notebook(run_as_handed_out(chapter) / "ran" / f"{chapter.assignment}.ipynb")
    assert errors_in(ran) == []
    assert f"]({chapter.assignment}.ipynb" in (machine.course / "1-approximation.ipynb").read_text("utf-8")


@EACH_CHAPTER
@pytest.mark.deep
@pytest.mark.long("a chapter is trained from top to bottom")
def test_a_filled_notebook_runs_says_that_all_is_done_and_packs_itself(
    chapter: Chapter, done: Path, machine: StudentMachine
) -> None:
    ran = machine.run_all(done / f"{chapter.assignment}.ipynb", done / "ran")
    assert errors_in(ran) == []
    assert not [out for cell in code_cells(ran) for out in cell.outputs if out.get("name") == "stderr"]
    number = len(COURSE.exercises(chapter.room))
    card, packed = (shown(cell) for cell in code_cells(ran)[-2:])
    assert card.startswith(f"{chapter.assignment}: {number} of {number} exercises done")
    copy = done / PACKED / f"{chapter.assignment}.ipynb"
    assert f"Receipt {receipt_of(copy.read_bytes())}: {PACKED}/{copy.name}, packed " in packed
    assert [line for line in packed.splitlines() if line.startswith("  - ")] == [  # the answers alone are filled in
        "  - The file holds no written answer. If you wrote one, press Ctrl+S (on a Mac ⌘S) and run this cell again."
    ]
    setup = next(cell for cell in ran.cells if cell.id == f"{chapter.room}-setup")
    printed = "".join(out.text for out in setup.outputs if out.output_type == "stream").splitlines()
    taken = re.findall(r'own\("(\w+)"', setup.source)
    assert [line.split(",")[0] for line in printed] == [f"{name}: yours" for name in taken]


def shown(cell: NotebookNode) -> str:
    """Return the output of a cell as text."""
    return "".join(out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)


@EACH_BUT_ONE_DEEP
@pytest.mark.long("a chapter's cells run from top to bottom")
def test_an_untouched_notebook_earns_nothing_and_says_what_is_open(chapter: Chapter, machine: StudentMachine) -> None:
    checked = machine.autograder("check", f"{chapter.assignment}.ipynb")
    assert checked.stderr == ""
    assert re.search(r"^0 of \d+ points from visible checks", checked.stdout, re.MULTILINE)
    for exercise in COURSE.exercises(chapter.room):
        assert f"{exercise.name} is not written yet." in checked.stdout
    assert "Traceback" not in checked.stdout and "note:" not in checked.stdout


@pytest.mark.deep
@pytest.mark.long("six notebooks are checked")
def test_progress_shows_every_notebook_of_the_folder_and_what_is_next(machine: StudentMachine, done: Path) -> None:
    text = machine.autograder("progress", done).stdout
    visible = sum(check.points for chapter in CHAPTERS for check in checks_of(chapter.room) if not check.hidden)
    assert text.rstrip().endswith(f"{visible} of {visible} points from the visible checks of {len(CHAPTERS)} notebooks")
    text = machine.autograder("progress").stdout
    for chapter in CHAPTERS:
        assert re.search(rf"^{chapter.assignment}: 0 of \d+ exercises done, 0 of ", text, re.MULTILINE)
        assert re.search(rf"^  next: .* of {chapter.assignment}\.ipynb$", text, re.MULTILINE)


def test_progress_in_a_folder_without_notebooks_says_where_to_look(machine: StudentMachine, tmp_path: Path) -> None:
    refused = machine.autograder("progress", cwd=tmp_path)
    assert refused.returncode == 2
    assert "holds no notebook of this course: name the folder that you unzipped" in refused.stderr


@pytest.fixture(scope="session")
def marks(tmp_path_factory: pytest.TempPathFactory, released: Path, done: Path) -> dict[tuple[str, str], int]:
    """Points by student and assignment: of all six, of each chapter alone, and of all with chapter 2 wrong."""

    def make(folder: Path) -> None:
        copy_course(released, folder)
        for chapter in CHAPTERS:
            for student in ("ada", "barbara", f"only-{chapter.room}"):
                submission = folder / "submitted" / student / chapter.assignment
                submission.mkdir(parents=True)
                shutil.copy(done / f"{chapter.assignment}.ipynb", submission)
        wrong = folder / "submitted" / "barbara" / "2-layers" / "2-layers.ipynb"
        text = wrong.read_text(encoding="utf-8")
        wrong.write_text(text.replace("x @ self.weight", "-x @ self.weight"), encoding="utf-8")
        graded = autograder("grade", "--json", "marks.json", cwd=folder)
        assert graded.returncode == 0, graded.stderr

    folder = made_once("path", tmp_path_factory, make)
    verdicts: list[dict[str, Any]] = json.loads((folder / "marks.json").read_text(encoding="utf-8"))["verdicts"]
    points: dict[tuple[str, str], int] = {}
    for verdict in verdicts:
        key = (verdict["student"], verdict["assignment"])
        points[key] = points.get(key, 0) + verdict["points"]
    return points


@EACH_CHAPTER
@pytest.mark.deep
def test_the_reference_has_full_marks_alone_and_beside_a_wrong_chapter(
    chapter: Chapter, marks: dict[tuple[str, str], int], released: Path
) -> None:
    notebook = read_notebook(released / "source" / chapter.assignment / f"{chapter.assignment}.ipynb")
    possible = sum(cell.metadata.nbgrader.points for cell in code_cells(notebook) if is_graded(cell))
    assert marks["ada", chapter.assignment] == marks[f"only-{chapter.room}", chapter.assignment] == possible == 20
    assert (marks["barbara", chapter.assignment] < possible) == (chapter.room == "layers")
