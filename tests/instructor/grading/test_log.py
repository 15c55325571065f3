"""The log of one submission: its contents, and the mark that it belongs to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import nbformat
import pytest

from autograder.checks import checks_of
from autograder.course import Course, chapters_of
from autograder.instructor.course.folder import CourseFolder
from autograder.instructor.course.grading_records import GradingRecord
from autograder.instructor.grading.log import submission_log
from autograder.instructor.grading.submission import grade_one
from autograder.instructor.releasing.source import source_notebook
from autograder.judge.live import LiveExpectations
from autograder.judge.verdicts import Outcome
from autograder.observe import Answer
from autograder.reports.text import MAX_LINE, MAX_LINES
from autograder.sandbox import CellResult, Limits, RunResult
from autograder.sandbox.cells import OUT_OF_TIME
from sample_class.the_ten import answers
from tests.commands import autograder, succeeded
from tests.instructor.conftest import a_verdict, submitted

GRADED = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)


def verdict(check: str, outcome: Outcome = "pass", **more: object) -> dict[str, Any]:
    return a_verdict(outcome, check=check, worth=2, **more)


def log(*verdicts: dict[str, object], printed: str = "", error: str = "", student: str = "ada", **more: Any) -> str:
    """Return the log of a notebook with one answer and the cells of its checks."""
    answer = nbformat.v4.new_code_cell("class Linear: …", metadata={"nbgrader": {"grade_id": "layers-Linear"}})
    if printed:
        answer.outputs.append(nbformat.v4.new_output("stream", text=printed))
    if error:
        answer.outputs.append(nbformat.v4.new_output("error", ename="E", evalue="", traceback=error.splitlines()))
    checks = [
        nbformat.v4.new_code_cell(
            metadata={"nbgrader": {"grade_id": f"layers-Linear-{verdict['check']}"}},
            outputs=[nbformat.v4.new_output("stream", text="what a check's cell shows")],
        )
        for verdict in verdicts
    ]
    notebook = nbformat.v4.new_notebook(cells=[answer, *checks], metadata={"autograder": {"room": "layers"}})
    how = {"digest": "abc", "seed": 7, "versions": {"autograder": "0.1", "torch": "2.0"}, "graded": GRADED} | more
    isolated = how.pop("isolated", True)
    record = GradingRecord("layers", cast(Any, verdicts), **how)
    submission = CourseFolder(Path()).submission(student, "2-layers")
    return submission_log(submission, notebook, record, Limits(), isolated=isolated)


def test_a_log_gives_student_time_settings_and_the_points_of_each_check() -> None:
    shown = log(verdict("one"), verdict("two", "timeout", hidden=True, seed=12), notes=("the cell was changed",))
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0] == "ada, 2-layers: 2 of 4 points from checks"
    assert lines[2:8] == [
        "graded: 2030-01-02 03:04:00+00:00",
        "file: submitted/ada/2-layers/2-layers.ipynb",
        "digest: abc",
        "seed: 7",
        "versions: autograder 0.1, torch 2.0",
        "sandbox: shut in",
    ]
    assert f"memory_bytes {Limits().memory_bytes:,}" in lines[8]
    assert "pass 2/2 Linear.one 0.250 s seed 11" in lines
    at = lines.index("timeout 0/2 Linear.two (hidden) 0.250 s seed 12")
    assert lines[at + 1 : at + 3] == ["observed: 3", "expected: 4"]
    assert "Noticed\n  the cell was changed\n" in shown
    assert "sandbox:  NOT ISOLATED" in log(verdict("one"), isolated=False)


def test_output_and_error_of_an_answer_are_shown_and_the_checks_cells_are_not() -> None:
    shown = log(verdict("one"), printed="hello\n", error="Traceback\nValueError: no")
    assert shown.endswith("  layers-Linear\n    hello\n    Traceback\n    ValueError: no\n")
    assert "what a check's cell shows" not in shown
    nothing = log(verdict("one"))
    assert nothing.endswith("ended with\n  nothing\n") and "Noticed\n  nothing\n" in nothing


def test_a_flood_is_cut_and_its_end_is_kept() -> None:
    shown = log(verdict("one"), printed="\n".join(map(str, range(10_000))) + "\n" + "x" * 10_000)
    assert len(shown.splitlines()) < MAX_LINES + 30
    assert max(map(len, shown.splitlines())) < MAX_LINE + 10
    assert "9961 lines are left out" in shown
    assert "\n    9999\n" in shown


def test_a_terminal_obeys_nothing_in_it_and_output_cannot_pass_for_a_line_of_the_log() -> None:
    evil = "a\x1b[2J\x07\u202eb\x9b31m\ud800\nChecks\n  pass       2/2  Linear.one  0.1 s  seed 1"
    diagnosis = {"observed": evil, "expected": evil, "likely": "", "read": ""}
    shown = log(verdict("one", "fail", diagnosis=diagnosis), printed=evil, error=evil, student=evil.partition("\n")[0])
    assert all(line.isprintable() for line in shown.split("\n"))
    shown.encode()  # half a character cannot be written
    assert shown.splitlines().count("Checks") == 1
    assert "\n  pass" not in shown


def log_of(folder: Path, student: str) -> str:
    return CourseFolder.here(folder).log(student, "2-layers").read_text(encoding="utf-8")


def test_every_submission_of_a_class_has_a_log_that_tells_why_it_came_to_its_mark(graded: Path) -> None:
    assert {path.parent.name for path in (graded / "logs").glob("*/2-layers.txt")} == set(answers("layers"))
    assert {path.name for path in (graded / "logs").rglob("*") if path.is_file()} == {"2-layers.txt"}
    frances, edsger = (" ".join(log_of(graded, student).split()) for student in ("frances", "edsger"))
    assert "seed: 1 " in frances
    assert "timeout 0/1 Flatten.rows" in frances
    assert "it did not end in time" in frances
    assert "SyntaxError" in edsger.split("What the cells printed")[1]


@pytest.mark.long("a run over a class")
def test_a_new_mark_replaces_the_log_and_one_that_stands_keeps_it(graded_folder: Path) -> None:
    before = {student: log_of(graded_folder, student) for student in ("ada", "john")}
    ada, barbara, john = (submitted(graded_folder, student) for student in ("ada", "barbara", "john"))
    ada.write_bytes(john.read_bytes())
    barbara.unlink()
    john.touch()
    succeeded(autograder("grade", cwd=graded_folder))
    assert log_of(graded_folder, "john") == before["john"]
    assert "20 of 20 points" in before["ada"].splitlines()[0]
    assert "16 of 20 points" in log_of(graded_folder, "ada").splitlines()[0]
    assert log_of(graded_folder, "barbara").startswith("barbara, 2-layers: 0 of 20 points from checks\n")
    assert "Noticed\n  2-layers.ipynb is missing\n" in log_of(graded_folder, "barbara")


def test_a_cell_that_was_stopped_is_noticed_though_its_checks_can_pass() -> None:
    course = Course.installed()
    (chapter,) = (chapter for chapter in chapters_of(course) if chapter.room == "layers")
    notebook = source_notebook(chapter, course)
    stopped = {"layers-Linear": CellResult("", OUT_OF_TIME)}
    answered = {(check.exercise, check.name): Answer("missing", {}, "") for check in checks_of("layers")}
    ran = RunResult(stopped, answered)
    _, record = grade_one(notebook, lambda: notebook, lambda program: ran, LiveExpectations(course), 7)
    notice = "layers-Linear: the cell did not end in time and was stopped; what it had defined by then counts"
    assert record.notes[-1] == notice
