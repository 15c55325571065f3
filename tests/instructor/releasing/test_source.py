"""The instructor's and the released notebook: their contents, failing releases, and messages."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Barrier
from unittest.mock import Mock, patch

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.course import Chapter, Course
from autograder.instructor import cache
from autograder.instructor.class_facts import released_cells
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.init import make_course_folder
from autograder.instructor.course.written_questions import own_questions
from autograder.instructor.releasing import bundle, execution
from autograder.instructor.releasing import release as releasing
from autograder.instructor.releasing import source as making
from autograder.instructor.releasing.source import source_notebook, without_solutions
from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import grade_id_of, is_graded, is_written, read_notebook
from tests.conftest import ROOT
from tests.instructor.course.test_written_questions import OWN
from tests.instructor.releasing.conftest import ASSIGNMENT, ROOM
from tests.test_cli import here


def by_grade_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {str(grade_id_of(cell)): cell for cell in notebook.cells if grade_id_of(cell)}


def test_a_cell_keeps_its_id_where_another_is_inserted(source: NotebookNode, tmp_path: Path, course: Course) -> None:
    path = course.chapters / f"{ASSIGNMENT}.md"
    inserted = path.read_text(encoding="utf-8").replace("(flatten)=\n", "```{code-cell}\nprint(1)\n```\n\n(flatten)=\n")
    (tmp_path / path.name).write_text(inserted, encoding="utf-8")
    ids, again, more = (
        [cell.id for cell in source_notebook(Chapter(file, ROOM), course).cells]
        for file in (path, path, tmp_path / path.name)
    )
    assert ids == again and len(set(ids)) == len(ids)
    assert all(cell.id == grade_id for grade_id, cell in by_grade_id(source).items())
    assert len(set(more) - set(ids)) == 1 and not set(ids) - set(more)


def test_each_check_has_a_graded_cell_with_its_title_and_points(source: NotebookNode, untouched: NotebookNode) -> None:
    cells = by_grade_id(source).items()
    graded = {grade_id: cell.metadata.nbgrader.points for grade_id, cell in cells if is_graded(cell)}
    assert graded == {check.id: check.points for check in checks_of(ROOM)} | {"layers-written": 5}
    assert sum(graded.values()) == 25
    for check in checks_of(ROOM):
        first = by_grade_id(untouched)[check.id].source.splitlines()[0]
        assert check.title in first and f"{check.points} point" in first and ("Hidden" in first) == check.hidden


def test_solutions_and_hidden_checks_stay_in_the_source(
    source: NotebookNode, untouched: NotebookNode, course: Course
) -> None:
    in_source, in_release = by_grade_id(source), by_grade_id(untouched)
    for exercise in course.exercises(ROOM):
        assert in_source[exercise.id].source == exercise.source
        assert in_release[exercise.id].source == exercise.stub
    for check in checks_of(ROOM):
        assert f'check({check.exercise}, "{check.name}").require()' in in_source[check.id].source
        assert ("require" in in_release[check.id].source) != check.hidden
    assert in_source["layers-written"].source != in_release["layers-written"].source


def test_a_source_without_its_solutions_is_the_release(course: Course, untouched: NotebookNode) -> None:
    """`autograder check` takes it for the released notebook where no bundle is installed."""
    opened = without_solutions(source_notebook(Chapter(course.chapters / f"{ASSIGNMENT}.md", ROOM), course))
    answers = {name: cell.source for name, cell in exercise_cells(opened).items()}
    assert answers == {name: cell.source for name, cell in exercise_cells(untouched).items()}


@dataclass(frozen=True)
class SmallCourse(Course):
    """The course with one short chapter."""

    book: Path = Path()

    @property
    def chapters(self) -> Path:
        return self.book


SETUP = "```{code-cell} python3\n:tags: [setup]\n\nfrom torch import Tensor, nn\n```\n\n"
EXERCISE = "```{code-cell} python3\n:tags: [exercise]\n\nfrom solutions.layers import Flatten\n```\n"
SHORT = f"---\njupytext:\n  text_representation:\n    format_name: myst\n---\n\n# Short\n\n{SETUP}{EXERCISE}"


def short(root: Path, text: str) -> tuple[Chapter, SmallCourse]:
    """Write a chapter, and return it with the course that it is all of."""
    chapter = Chapter(root / "2-layers.md", ROOM)
    chapter.path.write_text(SHORT + text, encoding="utf-8")
    return chapter, SmallCourse("solutions", "https://example.org/", book=root)


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        ("x = 1\n1 / 0", r"the cell named \('x = 1'\) fails: ZeroDivisionError: division by zero"),
        ("import os\nos._exit(3)", "the cell named ended the whole kernel"),
        ("while True: pass", "the cell named did not end within 1 s"),
    ],
    ids=["an error", "a crash", "no end"],
)
def test_a_failing_cell_is_named(cell: str, complaint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if "while" in cell:
        monkeypatch.setattr(execution, "CELL_TIMEOUT_S", 1)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell, id="named")])
    with pytest.raises(execution.ExecutionError, match=complaint) as refused:
        execution.execute(notebook, tmp_path, allow_errors=False)
    assert "\n" not in str(refused.value)


FAILS = nbformat.v4.new_output("error", ename="CheckFailed", evalue="Flatten", traceback=[])


WARNS = nbformat.v4.new_output("stream", name="stderr", text="slow")


def played(notebook: NotebookNode, failing: str = "", passing: bool = False) -> NotebookNode:
    """Return graded cells as run: open checks fail, unless all pass; so do cells with a text; the reference warns."""
    for cell in notebook.cells:
        is_untouched = cell.id.startswith("untouched-")
        is_open = is_untouched and ".require()" in cell.source and not passing
        cell.outputs = [FAILS] if is_open or (failing and failing in cell.source) else [WARNS] * (not is_untouched)
    return notebook


@pytest.mark.parametrize(
    ("failing", "complaint"),
    [
        (None, r"the cell layers-Flatten-\w+ passes on the untouched notebook of 2-layers"),
        ("### BEGIN SOLUTION", "the cell layers-Flatten of 2-layers fails with the reference: CheckFailed: Flatten"),
        (".require()", r"the cell layers-Flatten-\w+ of 2-layers fails with the reference: CheckFailed: Flatten"),
        ("# ", r"the cell layers-Sequential-\w+ fails on the untouched notebook of 2-layers"),
    ],
)
def test_an_open_check_that_passes_and_a_right_one_that_fails_are_named(
    failing: str | None, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter, course = short(tmp_path, f"\n{EXERCISE.replace('Flatten', 'Sequential')}")
    monkeypatch.setattr(releasing, "with_outputs", lambda notebook, *_, **__: played(notebook))
    releasing.require_open_and_right(chapter, course)
    faulty = partial(played, failing=failing or "", passing=failing is None)
    monkeypatch.setattr(releasing, "with_outputs", lambda notebook, *_, **__: faulty(notebook))
    with pytest.raises(releasing.ReleaseError, match=complaint):
        releasing.require_open_and_right(chapter, course)


def test_a_chapter_of_text_alone_is_a_notebook_too(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "8-history.md"
    path.write_text(SHORT.partition("```{code-cell}")[0], encoding="utf-8")
    assert source_notebook(Chapter(path, "history"), course, {}).cells[0].source == "# Short"


def test_an_exercise_that_the_course_does_not_have_is_named(course: Course, tmp_path: Path) -> None:
    path = tmp_path / "2-layers.md"
    path.write_text(SHORT.replace("import Flatten", "import Convolution"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"2-layers\.md: .*Convolution.* names no exercise of layers"):
        source_notebook(Chapter(path, ROOM), course)


GIVEN = "```{code-cell} python3\n:tags: [given]\n\nfrom solutions.deployment import load_model\n```\n"


def test_given_code_is_the_references(course: Course, tmp_path: Path) -> None:
    cells = source_notebook(short(tmp_path, GIVEN)[0], course).cells
    (given,) = (cell for cell in cells if "def load_model" in cell.source)
    assert course.source("deployment").count(given.source.partition("\n\n")[2]) == 1
    assert "\nfrom solutions" not in given.source


FIGURE = """
```{code-cell} python3
:tags: [hide-input]

from autograder.student.lab import glue, power

glue("ten", 10)
print(power(10))
```

```{code-cell} python3
:tags: [hide-input]

glue("eleven", 11)
```
"""


def test_exercises_have_headings_and_figures_are_folded(tmp_path: Path) -> None:
    chapter, course = short(tmp_path, FIGURE)
    cells = source_notebook(chapter, course, {}).cells
    at = next(at for at, cell in enumerate(cells) if grade_id_of(cell) == "layers-Flatten")
    assert cells[at - 1].source == "### Exercise 2.1 · Flatten · 2 points"
    assert [cell.source for cell in cells if "glue" in cell.source] == []
    (drawn,) = (cell for cell in cells if "power" in cell.source)
    assert drawn.source == "from autograder.student.lab import power\n\nprint(power(10))"
    assert drawn.metadata.jupyter.source_hidden


@pytest.mark.parametrize(
    "named", ["solutions.layers import Linear", "solutions.layers import nothing", "math import e"]
)
def test_an_exercise_or_an_unknown_name_is_never_given(named: str, course: Course) -> None:
    with pytest.raises(ValueError, match="names nothing that is given"):
        course.given_in(f"from {named}")


def test_an_edited_source_is_overwritten_by_force_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "2-layers" / "2-layers.ipynb"
    releasing.write_source(path, "first", force=False)
    releasing.write_source(path, "first", force=False)  # nothing differs, so nothing is said
    with pytest.raises(releasing.WouldOverwrite, match=r"2-layers\.ipynb differs from the chapter: --force"):
        releasing.write_source(path, "second", force=False)
    assert path.read_text(encoding="utf-8") == "first"
    for text in ("second", "third"):
        releasing.write_source(path, text, force=True)
    copies = {copy.read_text("utf-8") for copy in path.parent.glob("*.ipynb.bak")}
    assert (path.read_text("utf-8"), copies) == ("third", {"first", "second"})


# A written question of the instructor's own takes the public one's place, and its answer stays at home


WRITTEN = """
## What this does not tell you

A limit.

## Written question

The public question.

+++ {"tags": ["written"], "points": 5}

*Your answer here.*
"""


def test_an_own_question_replaces_the_public_one_and_its_answer_is_kept_back(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    chapter, course = short(tmp_path / "chapters", WRITTEN)
    make_course_folder(tmp_path / "course")
    folder = CourseFolder.here(tmp_path / "course")
    (folder.questions / "2-layers.md").write_text(OWN, encoding="utf-8")
    question = own_questions(folder, course)["2-layers"]
    releasing.release(chapter, nbformat.v4.new_notebook(), course, folder, question=question)
    notebook = read_notebook(folder.released("2-layers"))
    at = next(at for at, cell in enumerate(notebook.cells) if is_written(cell))
    before = notebook.cells[at - 1].source
    assert "A limit." in before
    assert before.endswith("Twenty layers of 400 units start with 0.05. What happens?")
    assert "in the place of the one in the book" in before
    text = folder.released("2-layers").read_text(encoding="utf-8")
    for kept_back in ("The public question.", "The numbers shrink", "a number near 0.71"):
        assert kept_back not in text
    (cell,) = filter(is_written, read_notebook(folder.source("2-layers")).cells)
    assert "The numbers shrink." in cell.source
    assert "He's" not in cell.source


# What the command says at its end


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run and write nothing; the release of an earlier run stays."""
    for module, name in (
        (execution, "executed_chapter"),
        (releasing, "require_open_and_right"),
        (releasing, "release"),
        (bundle, "recordings_of"),
        (bundle, "write_bundle"),
        (making, "glued_values"),
    ):
        monkeypatch.setattr(module, name, lambda *_, **__: None)


@pytest.mark.usefixtures("quick")
def test_the_last_lines_tell_the_points_as_decided(course_folder: Path) -> None:
    status, printed, errors = here(course_folder, "release", ASSIGNMENT)
    assert (status, errors) == (0, "")
    assert "25 points (20 by checks, 5 by hand): give the assignment" in printed
    assert here(course_folder, "release", ASSIGNMENT, "-q")[1:] == ("", "")
    worth = released_cells(CourseFolder(course_folder), ASSIGNMENT)["layers-Linear-affine_map"].points
    assert here(course_folder, "points", ASSIGNMENT, "Linear.affine_map", f"{worth + 3:g}", "--yes")[0] == 0
    assert "28 points (23 by checks, 5 by hand): " in here(course_folder, "release", ASSIGNMENT)[1]


# A chapter is executed once for book and release, and again only where something has changed that it depends on


@pytest.fixture
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache of its own, and cells that end at once."""
    monkeypatch.setattr(cache, "FOLDER", tmp_path / "cache")
    monkeypatch.setattr(execution, "execute", lambda notebook, *_, **__: nbformat.from_dict(notebook))


@pytest.fixture
def own_course(own_cache: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Course:
    """A course to change."""
    for name in ("solutions", "chapters", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    course = Course("solutions")
    monkeypatch.setitem(course.__dict__, "folder", tmp_path / "solutions")
    return course


def is_executed(course: Course) -> bool:
    """Return whether somebody who asks for the chapter on layers has to wait."""
    with patch.object(execution, "execute", wraps=execution.execute) as execute:
        execution.executed_chapter(Chapter.at(course.chapters / "2-layers.md"), course)
    return execute.called


@pytest.mark.parametrize(
    ("changed", "old", "new", "again"),
    [
        ("solutions/layers.py", "", "# edited\n", True),
        ("data/LICENSE", "", "edited\n", True),
        ("chapters/2-layers.md", "rms(shown)", "rms(pixels)", True),
        ("chapters/2-layers.md", "# 2 · Layers", "# 2 · Layers of units", False),
        ("solutions/optimizer.py", "", "# edited\n", False),
        ("solutions/checks/layers.py", "", "# edited\n", False),
    ],
)
def test_a_chapter_is_executed_again_where_its_inputs_change(
    changed: str, old: str, new: str, again: bool, own_course: Course
) -> None:
    assert is_executed(own_course) and not is_executed(own_course)
    path = own_course.root / changed
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert is_executed(own_course) == again


def test_cells_that_check_depend_on_the_checks_of_their_room(own_course: Course) -> None:
    before = execution.room_digest("layers", own_course, ["from autograder import check"])
    for room, changes in (("optimizer", False), ("layers", True)):
        for path in (own_course.checks / f"{room}.py", own_course.catalogue(room)):
            path.write_text(f"{path.read_text(encoding='utf-8')}\n", encoding="utf-8")
        assert (execution.room_digest("layers", own_course, ["from autograder import check"]) != before) == changes


def test_a_cell_that_is_no_python_depends_on_everything(own_course: Course) -> None:
    before = execution.room_digest("", own_course, ["%matplotlib inline"])
    (own_course.folder / "optimizer.py").write_text("", encoding="utf-8")
    assert execution.room_digest("", own_course, ["%matplotlib inline"]) != before


def test_a_room_whose_chapter_is_still_to_be_written_stops_no_execution(own_course: Course) -> None:
    (own_course.checks / "unwritten.py").write_text("", encoding="utf-8")
    assert execution.room_digest("", own_course, ["from autograder import check"])


def test_unchanged_graded_cells_run_once(own_course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    execute = Mock(side_effect=lambda notebook, *_, **__: played(nbformat.from_dict(notebook)))
    monkeypatch.setattr(execution, "execute", execute)
    for _ in range(2):
        releasing.require_open_and_right(Chapter.at(own_course.chapters / "2-layers.md"), own_course)
    execute.assert_called_once()


@pytest.fixture
def execute(own_cache: None, monkeypatch: pytest.MonkeyPatch) -> Mock:
    """Stands for the kernel, and counts its runs."""
    execute = Mock(side_effect=execution.execute)
    monkeypatch.setattr(execution, "execute", execute)
    return execute


def ask(course: Course, *, allow_errors: bool = False) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0", id="cell")])
    execution.with_outputs(notebook, "name", ROOM, course, allow_errors=allow_errors)


def test_outputs_of_cells_that_may_fail_are_not_those_of_cells_that_may_not(course: Course, execute: Mock) -> None:
    for allow_errors in (True, False, True):
        ask(course, allow_errors=allow_errors)
    assert execute.call_count == 2


def test_what_failed_is_executed_again(course: Course, execute: Mock) -> None:
    success, execute.side_effect = execute.side_effect, execution.ExecutionError("the cell fails")
    with pytest.raises(execution.ExecutionError):
        ask(course)
    execute.side_effect = success
    ask(course)
    assert execute.call_count == 2


def test_two_who_ask_at_once_share_one_execution(course: Course, execute: Mock) -> None:
    at_once = Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        for asked in [pool.submit(lambda: (at_once.wait(), ask(course))) for _ in range(2)]:
            asked.result()
    execute.assert_called_once()


def test_a_cache_that_cannot_be_written_stops_nothing(course: Course, execute: Mock) -> None:
    cache.FOLDER.write_text("no folder")
    ask(course)
    execute.assert_called_once()
