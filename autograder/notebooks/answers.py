"""Turn a notebook with answers into a program, and the program's results into verdicts."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from nbformat import NotebookNode

from autograder.checks import Check, Raised, rooms
from autograder.judge.judge import Expectations, judge
from autograder.judge.verdicts import Verdict
from autograder.notebooks.graft import grade_id_of, is_graded
from autograder.observe import Answer, seed_of
from autograder.sandbox.program import Cell, PlannedCheck, Program, RunResult


def room_by_grade_ids(notebook: NotebookNode) -> str | None:
    """Return the room that most grade ids of a notebook begin with, or None: metadata gets lost, the ids stay."""
    beginnings = Counter((grade_id_of(cell) or "").partition("-")[0] for cell in notebook.cells)
    return max(rooms(), key=lambda room: beginnings[room]) if any(beginnings[room] for room in rooms()) else None


def program_of(notebook: NotebookNode, checks: Sequence[Check], run_seed: int) -> Program:
    """Return a grafted notebook's program: its setup and the answers. Figures and labs earn nothing."""
    cells = tuple(
        Cell(str(grade_id_of(cell)), cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code" and grade_id_of(cell) and not is_graded(cell)
    )
    return Program(cells, tuple(planned(check, seed_of(run_seed, check)) for check in checks))


def planned(check: Check, seed: int) -> PlannedCheck:
    return PlannedCheck(check.room, check.exercise, check.name, seed, check.hidden)


def verdicts_on(result: RunResult, checks: Sequence[Check], expect: Expectations, run_seed: int) -> list[Verdict]:
    """Judge the results of a program, exercise by exercise."""
    return judge_all(checks, [answer_in(result, check) for check in checks], expect, run_seed)


def judge_all(checks: Sequence[Check], answers: Sequence[Answer], expect: Expectations, run_seed: int) -> list[Verdict]:
    """Judge answers to the checks of several exercises; the verdicts on one exercise stand together."""
    by_exercise: dict[str, tuple[list[Check], list[Answer]]] = {}
    for check, answer in zip(checks, answers, strict=True):
        own_checks, own_answers = by_exercise.setdefault(check.exercise, ([], []))
        own_checks.append(check)
        own_answers.append(answer)
    return [
        verdict
        for own_checks, own_answers in by_exercise.values()
        for verdict in judge(own_checks, own_answers, [seed_of(run_seed, check) for check in own_checks], expect)
    ]


def answer_in(result: RunResult, check: Check) -> Answer:
    """Return the answer to a check; if the exercise's own cell did not run, its error is the answer."""
    answer = result.answers[check.exercise, check.name]
    cell = result.cells.get(f"{check.room}-{check.exercise}")
    if answer.kind != "missing" or cell is None or not cell.error:
        return answer
    kind, _, message = last_line(cell.error).partition(":")
    if kind == "OutOfTime":
        return Answer("timeout", {}, f"the cell of {check.exercise} did not end in time")
    where = f"{message.strip()} (the cell of {check.exercise} did not run)"
    return replace(answer, kind="error", observations={"error": Raised(kind.strip(), where)})


def cell_errors(result: RunResult) -> list[str]:
    """Return a sentence on each cell that ended with an error: its grade id, the line, and the error."""
    errors = []
    for grade_id, cell in result.cells.items():
        if cell.error:
            lines = re.findall(rf'File "<cell {re.escape(grade_id)}>", line (\d+)', cell.error)
            where = f" (line {lines[-1]})" if lines else ""
            errors.append(f"the cell {grade_id} stopped with an error{where}: {last_line(cell.error)}")
    return errors


def last_line(error: str) -> str:
    """Return the line of a traceback that names the error; a student's process can send a blank one."""
    return next(iter(reversed(error.strip().splitlines())), "an error without a text")
