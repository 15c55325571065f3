"""`autograder check`: the report on a notebook before handing in, for common slips."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.checks import checks_of
from autograder.judge.expectations import LiveExpectations
from autograder.notebooks.answers import program_of, room_by_grade_ids, verdicts_on
from autograder.notebooks.check import NotebookReport, check_notebook, notebooks_in
from autograder.notebooks.fill import exercise_cells
from autograder.notebooks.graft import MalformedNotebook, grade_id_of, graft
from autograder.sandbox import Sandbox
from tests.notebooks.conftest import ROOM, with_answers


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[NotebookNode], NotebookReport]:
    def check(notebook: NotebookNode) -> NotebookReport:
        nbformat.write(notebook, tmp_path / "mine.ipynb")
        return check_notebook(tmp_path / "mine.ipynb")

    return check


Checked = Callable[[NotebookNode], NotebookReport]
ELSEWHERE = "`row` is defined in a cell that does not count when this is graded: move it into the cell of Flatten"


def outcomes(report: NotebookReport, exercise: str) -> set[str]:
    return {verdict.outcome for verdict in report.verdicts if verdict.check.exercise == exercise}


def observed(report: NotebookReport, exercise: str) -> str:
    diagnoses = [v.diagnosis for v in report.verdicts if v.check.exercise == exercise and v.diagnosis]
    return diagnoses[0].observed if diagnoses else ""


def points_of(report: NotebookReport) -> int:
    return sum(verdict.points for verdict in report.verdicts)


def test_a_right_notebook_passes_and_there_is_nothing_to_note(right: NotebookNode, checked: Checked) -> None:
    report = checked(right)
    assert (report.passed, points_of(report), report.notes, report.remarks) == (True, 13, [], {})
    assert not [verdict for verdict in report.verdicts if verdict.check.hidden]


def test_an_untouched_notebook_is_not_written_yet(untouched: NotebookNode, checked: Checked) -> None:
    report = checked(untouched)
    assert (report.passed, points_of(report), report.notes, report.remarks) == (False, 0, [], {})
    assert observed(report, "Linear") == "not written yet"


def test_a_cell_that_does_not_parse_is_named_with_line_and_error(right: NotebookNode, checked: Checked) -> None:
    report = checked(with_answers(right, Flatten="class Flatten(nn.Module):\n    def forward(self, x:\n"))
    assert outcomes(report, "Flatten") == {"error"}
    assert "SyntaxError: '(' was never closed (the cell of Flatten did not run)" in observed(report, "Flatten")
    assert "the cell layers-Flatten stopped with an error (line 2): SyntaxError: '(' was never closed" in report.notes
    assert outcomes(report, "Linear") == outcomes(report, "Sequential") == {"pass"}


def test_a_helper_in_a_cell_of_its_own_does_not_count_and_is_reported(right: NotebookNode, checked: Checked) -> None:
    notebook = with_answers(
        right, Flatten="class Flatten(nn.Module):\n    def forward(self, x):\n        return row(x)"
    )
    notebook.cells.insert(0, nbformat.v4.new_code_cell("def row(x):\n    return x.flatten(1)"))
    report = checked(notebook)
    assert "NameError: name 'row' is not defined, in the line: return row(x)" in observed(report, "Flatten")
    assert "1 code cell outside the exercises did not count" in report.notes
    assert report.remarks == {"Flatten": [ELSEWHERE]}
    helper = notebook.cells.pop(0)
    lab = next(cell for cell in notebook.cells if cell.cell_type == "code" and not grade_id_of(cell))
    lab.source += f"\n{helper.source}"  # in a released cell
    assert checked(notebook).remarks == {"Flatten": [ELSEWHERE]}


@pytest.mark.parametrize(
    "beside",
    [
        "check(Linear)\n%matplotlib inline\n!ls\nprogress('layers')",
        pytest.param("import asyncio\nawait asyncio.sleep(0)", marks=pytest.mark.deep),
    ],
)
def test_what_a_notebook_runs_beside_an_answer_does_no_harm(right: NotebookNode, checked: Checked, beside: str) -> None:
    source = exercise_cells(right)["Flatten"].source
    report = checked(with_answers(right, Flatten=f"{source}\n\n{beside}"))
    assert (report.passed, report.notes) == (True, [])


@pytest.mark.deep
def test_lost_metadata_of_the_notebook_does_no_harm(right: NotebookNode, checked: Checked) -> None:
    notebook = with_answers(right)
    notebook.metadata = nbformat.from_dict({})
    assert checked(notebook).passed
    assert room_by_grade_ids(notebook) == ROOM


def test_it_sees_what_the_grader_sees(
    right: NotebookNode, untouched: NotebookNode, checked: Checked, live: LiveExpectations
) -> None:
    notebook = with_answers(right, Linear="class Linear(nn.Module): ...", Flatten="1 / 0")
    outcomes_seen = {(v.check.id, v.outcome) for v in checked(notebook).verdicts}
    checks = checks_of(ROOM)
    with Sandbox(isolated=False) as sandbox:
        result = sandbox.run(program_of(graft(untouched, notebook).notebook, checks, 5))
    graded = verdicts_on(result, checks, live, 5)
    assert outcomes_seen == {(v.check.id, v.outcome) for v in graded if not v.check.hidden}


def test_the_notebook_of_another_course_is_refused_with_the_way_out(checked: Checked) -> None:
    with pytest.raises(MalformedNotebook, match=r"mine\.ipynb is not a notebook of this course: open the released one"):
        checked(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]))


def test_the_notebooks_of_a_folder_are_those_that_a_file_manager_shows(tmp_path: Path) -> None:
    for name in ("3-dropout.ipynb", "2-layers.ipynb", "._2-layers.ipynb", "notes.ipynb"):
        (tmp_path / name).touch()
    assert [path.name for path in notebooks_in(tmp_path)] == ["2-layers.ipynb", "3-dropout.ipynb"]
