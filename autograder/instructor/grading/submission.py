"""Grade one submission, from the student's notebook to verdicts and a notebook that shows them. No gradebook."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime

import nbformat
from nbformat import NotebookNode

import autograder
from autograder.checks import checks_of, rooms
from autograder.instructor.course.folder import HandedIn
from autograder.instructor.course.records import GradingRecord
from autograder.judge.judge import Expectations
from autograder.judge.verdicts import Verdict, labelled_lines
from autograder.notebooks import answers
from autograder.notebooks.graft import GraftedNotebook, MalformedNotebook, grade_id_of, graft, is_answer, room_of
from autograder.observe import Answer
from autograder.receipts import receipt_of
from autograder.sandbox import Limits, Program, RunResult
from autograder.sandbox.cells import OUT_OF_TIME

# The instructor's notebook, with the student's answers, their output and each check's result; and the record.
GradedWork = tuple[NotebookNode, GradingRecord]


def prepare(released: NotebookNode, submitted: NotebookNode, run_seed: int) -> tuple[GraftedNotebook, Program]:
    """Return the instructor's notebook with a student's answers, and the program to run with the seed of this run.

    Raises MalformedNotebook where it holds none of the assignment's cells.
    """
    grafted = graft(released, submitted)
    if grafted.is_stranger:
        raise MalformedNotebook(grafted.notes[0])
    return grafted, answers.program_of(grafted.notebook, checks_of(room_of(grafted.notebook)), run_seed)


def conclude(grafted: GraftedNotebook, result: RunResult, expect: Expectations, run_seed: int) -> GradedWork:
    """Judge the result of a grafted notebook, and show it there."""
    verdicts = answers.verdicts_on(result, checks_of(room_of(grafted.notebook)), expect, run_seed)
    return _graded(grafted, verdicts, result, run_seed)


def grade_unreadable(released: NotebookNode, reason: str, expect: Expectations, run_seed: int) -> GradedWork:
    """Grade an unreadable submission as unanswered, with the reason."""
    checks = checks_of(room_of(released))
    verdicts = answers.judge_all(checks, [Answer("invalid", {}, reason)] * len(checks), expect, run_seed)
    nothing = replace(graft(released, nbformat.v4.new_notebook()), notes=(reason,))
    return _graded(nothing, verdicts, RunResult({}, {}), run_seed, unreadable=reason)


def grade_one(
    released: NotebookNode,
    submitted: Callable[[], NotebookNode],
    run: Callable[[Program], RunResult],
    expect: Expectations,
    run_seed: int,
) -> GradedWork:
    """Grade one submission from file to verdicts; a run over a class does the same with many in flight.

    ``submitted`` reads the student's notebook, or raises ``MalformedNotebook``; ``run`` is where the code runs.
    """
    try:
        grafted, program = prepare(released, submitted(), run_seed)
    except MalformedNotebook as error:
        return grade_unreadable(released, str(error), expect, run_seed)
    return conclude(grafted, run(program), expect, run_seed)


def completed(
    record: GradingRecord, work: HandedIn, digest: str, limits: Limits, *, isolated: bool = True
) -> GradingRecord:
    """Return a record with its file's receipt, the time of handing in, and how the code was shut in."""
    when, notes = work.timestamp, record.notes
    if isinstance(when, str):
        when, notes = None, (*notes, "timestamp.txt holds no time; it counts as handed in in time")
    receipt = receipt_of(work.content) if work.content else ""
    about_work = replace(record, notes=notes, receipt=receipt, handed_in=when and when.replace(tzinfo=UTC))
    return replace(about_work, digest=digest, limits=asdict(limits), isolated=isolated)


def _graded(
    grafted: GraftedNotebook, verdicts: Sequence[Verdict], result: RunResult, run_seed: int, unreadable: str = ""
) -> GradedWork:
    notebook = grafted.notebook
    show(notebook, verdicts, result)
    record = GradingRecord(
        room_of(notebook),
        tuple(verdict.record() for verdict in verdicts),
        (*grafted.notes, *_stopped(result)),
        unreadable,
        answers_of(notebook),
        grafted.blank,
        graded=datetime.now(UTC),
        seed=run_seed,
        versions=versions(),
    )
    return notebook, record


def _stopped(result: RunResult) -> list[str]:
    """Describe the cells that were stopped: their checks can pass, and nothing else would tell."""
    return [
        f"{cell}: the cell did not end in time and was stopped; what it had defined by then counts"
        for cell, ran in result.cells.items()
        if ran.error == OUT_OF_TIME
    ]


def answers_of(notebook: NotebookNode) -> dict[str, str]:
    return {str(grade_id_of(cell)): cell.source for cell in notebook.cells if is_answer(cell)}


def show(notebook: NotebookNode, verdicts: Sequence[Verdict], result: RunResult) -> None:
    """Write outputs and verdicts into the cells of a graded notebook, for the eye: the record counts."""
    by_cell = {verdict.check.id: verdict for verdict in verdicts}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        grade_id = grade_id_of(cell) or ""
        cell.outputs, cell.execution_count = [], None
        if grade_id in by_cell:
            cell.outputs = [_verdict_output(by_cell[grade_id])]
        elif grade_id in result.cells and is_answer(cell):
            ran = result.cells[grade_id]
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=ran.stdout)] if ran.stdout else []
            if ran.error:
                cell.outputs.append(_error_output(answers.last_line(ran.error), ran.error.splitlines()))


def _verdict_output(verdict: Verdict) -> NotebookNode:
    if verdict.passed:
        lines = labelled_lines(verdict.diagnosis.record() if verdict.diagnosis else None)
        return nbformat.v4.new_output("stream", name="stdout", text="\n".join(["passed", *lines]) + "\n")
    return _error_output(f"CheckFailed: {verdict.outcome}", verdict.message.splitlines())


def _error_output(summary: str, lines: Sequence[str]) -> NotebookNode:
    name, _, value = summary.partition(":")
    return nbformat.v4.new_output("error", ename=name, evalue=value.strip(), traceback=list(lines))


def versions() -> dict[str, str]:
    """Return the versions that a verdict depends on: of the grader, and of the library that checks compute with."""
    for room in rooms():
        checks_of(room)
    library = "torch" if "torch" in sys.modules else "numpy"
    return {"autograder": autograder.__version__, library: sys.modules[library].__version__}
