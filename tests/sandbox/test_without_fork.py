"""A student's own work on a system that cannot fork, set alarms or import modules of Unix."""

import os
from collections.abc import Iterator

import pytest

from autograder.checks import checks_of
from autograder.sandbox.limits import Limits
from autograder.sandbox.program import Cell, PlannedCheck, Program, RunResult
from autograder.sandbox.without_fork import run_without_fork
from tests.commands import ROOT, python
from tests.sandbox.conftest import PROGRAMS, RIGHT

PLAN = tuple(PlannedCheck(check.room, check.exercise, check.name, 1) for check in checks_of("layers"))


@pytest.fixture(scope="module", autouse=True)
def without_unix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a process as on Windows, set for the children of this process, too."""
    folder = tmp_path_factory.mktemp("windows")
    (folder / "sitecustomize.py").write_text(PROGRAMS["without_unix"], encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(ROOT)]))
        yield dict(os.environ)


@pytest.fixture(scope="module")
def ran() -> RunResult:
    """A run whose first cell imports a slow library, and two of whose answers no frame can hold."""
    source = "import torch\nFlatten.__call__ = lambda self, x: x.to(torch.complex64)\n"
    source += "cross_entropy = lambda *_: torch.zeros(5_000_000)"
    cells = Cell("imports", "import torch"), Cell("broken", "1 / 0"), Cell("endless", "while True: pass"), RIGHT
    return run_without_fork(Program((*cells, Cell("odd", source)), PLAN), Limits(cell_s=0.2))


def test_cells_run_and_one_without_an_end_is_left_when_its_time_is_over(ran: RunResult) -> None:
    """The first does not spend its time on the libraries that the checks import."""
    errors = {name: cell.error.strip().rpartition("\n")[2] for name, cell in ran.cells.items()}
    assert errors == {
        **dict.fromkeys(["imports", "right", "odd"], ""),
        "broken": "ZeroDivisionError: division by zero",
        "endless": "OutOfTime: the cell did not end in time",
    }


def test_an_answer_that_no_frame_can_hold_is_invalid_for_its_check_alone(ran: RunResult) -> None:
    answers = ran.answers
    invalid = {(exercise, answer.detail) for (exercise, _), answer in answers.items() if answer.kind == "invalid"}
    assert invalid == {("Flatten", "it gave no valid answer"), ("cross_entropy", "its answer is too large")}
    assert {answer.kind for answer in answers.values()} == {"observed", "invalid"}


@pytest.mark.deep
@pytest.mark.long("a limit of time runs out before the process is ended")
def test_an_uninterruptible_cell_ends_with_its_process_and_earlier_results_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("autograder.sandbox.without_fork.GRACE_S", 1.0)
    stubborn = Cell("stubborn", "import time\ntime.sleep(600)")  # a thread's interrupt waits for its end
    result = run_without_fork(Program((RIGHT, stubborn), PLAN[:1]), Limits(cell_s=10.0, check_s=10.0))
    assert list(result.cells) == ["right"]
    (answer,) = result.answers.values()
    assert (answer.kind, answer.detail) == ("timeout", "the cell stubborn did not end in time")


def test_a_time_limit_needs_no_alarms_and_leaves_the_interrupt_of_a_person_alone(without_unix: dict[str, str]) -> None:
    done = python(PROGRAMS["in_a_notebook"], env=without_unix)
    assert (done.stdout, done.stderr) == ("interrupted True\n", "")


@pytest.mark.deep
def test_a_check_of_a_loop_without_an_end_ends(without_unix: dict[str, str]) -> None:
    done = python(PROGRAMS["checked"], env=without_unix)
    assert "is there a loop without an end?" in " ".join(done.stdout.split()), done.stderr
