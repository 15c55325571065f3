"""The log of one submission: what stands in it, and what never does."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.instructor.grading.log import submission_log
from autograder.reports.text import MAX_LINE, MAX_LINES
from autograder.sandbox import Limits


def verdict(check: str, outcome: str = "pass", **more: object) -> dict[str, object]:
    said = {"observed": "3", "expected": "4", "likely": "", "read": ""}
    return {
        "exercise": "Linear",
        "check": check,
        "title": "It is linear",
        "hidden": False,
        "points": 2 if outcome == "pass" else 0,
        "max_points": 2,
        "outcome": outcome,
        "mistake": None,
        "diagnosis": None if outcome == "pass" else said,
        "seed": 11,
        "duration_s": 0.25,
    } | more


def graded(
    *verdicts: dict[str, object], printed: str = "", error: str = "", notes: tuple[str, ...] = ()
) -> NotebookNode:
    """A graded notebook with one answer and the cells of its checks."""
    answer = nbformat.v4.new_code_cell("class Linear: …", metadata={"nbgrader": {"grade_id": "layers-Linear"}})
    if printed:
        answer.outputs.append(nbformat.v4.new_output("stream", text=printed))
    if error:
        answer.outputs.append(nbformat.v4.new_output("error", ename="E", evalue="", traceback=error.splitlines()))
    checks = []
    for one in verdicts:
        checks.append(
            nbformat.v4.new_code_cell("", metadata={"nbgrader": {"grade_id": f"layers-Linear-{one['check']}"}})
        )
        checks[-1].outputs = [nbformat.v4.new_output("stream", text="what a check's cell shows")]
    record = {"room": "layers", "digest": "abc", "verdicts": list(verdicts), "notes": list(notes)}
    record["run"] = {"seed": 7, "versions": {"autograder": "0.1", "torch": "2.0"}}
    return nbformat.v4.new_notebook(cells=[answer, *checks], metadata={"autograder": record})


def log(notebook: NotebookNode, student: str = "ada", *, isolated: bool = True) -> str:
    file = f"submitted/{student}/2-layers/2-layers.ipynb"
    return submission_log(student, "2-layers", file, "2030-01-02 03:04", notebook, Limits(), isolated=isolated)


def test_the_head_says_whose_work_it_is_and_what_it_earned() -> None:
    shown = log(graded(verdict("one"), verdict("two", "fail")))
    assert shown.splitlines()[0] == "ada, 2-layers: 2 of 4 points from checks"


@pytest.mark.parametrize(
    "fact",
    [
        "graded:   2030-01-02 03:04",
        "file:     submitted/ada/2-layers/2-layers.ipynb",
        "digest:   abc",
        "seed:     7",
        "versions: autograder 0.1, torch 2.0",
        "sandbox:  shut in",
        f"memory_bytes {Limits().memory_bytes:,}",
    ],
)
def test_it_says_what_was_graded_when_and_how(fact: str) -> None:
    assert fact in log(graded(verdict("one")))


def test_work_that_was_not_shut_in_is_said_to_be_so() -> None:
    assert "sandbox:  NOT ISOLATED" in log(graded(verdict("one")), isolated=False)


def test_each_check_has_outcome_points_duration_seed_and_diagnosis() -> None:
    shown = log(graded(verdict("one"), verdict("two", "timeout", hidden=True, seed=12)))
    rows = [" ".join(row.split()) for row in shown.splitlines()]
    assert "pass 2/2 Linear.one 0.250 s seed 11" in rows
    at = rows.index("timeout 0/2 Linear.two (hidden) 0.250 s seed 12")
    assert rows[at + 1 : at + 3] == ["observed: 3", "expected: 4"]


def test_notes_are_listed_or_said_to_be_none() -> None:
    assert "Noticed\n  the cell was changed\n" in log(graded(verdict("one"), notes=("the cell was changed",)))
    assert "Noticed\n  nothing\n" in log(graded(verdict("one")))


def test_what_an_answer_printed_and_its_error_are_shown_and_the_checks_cells_are_not() -> None:
    shown = log(graded(verdict("one"), printed="hello\n", error="Traceback\nValueError: no"))
    assert shown.endswith("  layers-Linear\n    hello\n    Traceback\n    ValueError: no\n")
    assert "what a check's cell shows" not in shown
    assert log(graded(verdict("one"))).endswith("ended with\n  nothing\n")


def test_a_flood_is_cut_and_its_end_is_kept() -> None:
    shown = log(graded(verdict("one"), printed="\n".join(map(str, range(10_000))) + "\n" + "x" * 10_000))
    assert len(shown.splitlines()) < MAX_LINES + 30
    assert max(map(len, shown.splitlines())) < MAX_LINE + 10
    assert "9961 lines are left out" in shown
    assert "\n    9999\n" in shown


def test_nothing_in_it_is_obeyed_by_a_terminal() -> None:
    evil = "a\x1b[2J\x07\u202eb\x9b31m\ud800"
    said = {"observed": evil, "expected": evil, "likely": "", "read": ""}
    notebook = graded(verdict("one", "fail", diagnosis=said), printed=evil, error=evil, notes=(evil,))
    shown = log(notebook, student=evil)
    assert all(line.isprintable() for line in shown.split("\n"))
    shown.encode()  # half a character cannot be written


def test_what_a_cell_prints_cannot_pass_for_a_line_of_the_log() -> None:
    forged = "\nChecks\n  pass       2/2  Linear.one  0.1 s  seed 1"
    shown = log(graded(verdict("one", "fail"), printed=forged))
    assert shown.splitlines().count("Checks") == 1
    assert "\n  pass" not in shown
