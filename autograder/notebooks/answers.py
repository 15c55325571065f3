"""From a notebook with answers to a program, and from what came back of it to verdicts: one way for all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from nbformat import NotebookNode

from autograder.checks import Check, Raised, rooms
from autograder.judge import Expectations, judge
from autograder.notebooks.graft import grade_id_of, is_graded
from autograder.observe import seed_of
from autograder.sandbox.program import Cell, PlannedCheck, Program, RunResult
from autograder.verdicts import Answer, Verdict


def room_by_grade_ids(notebook: NotebookNode) -> str | None:
    """Return the room that most of a notebook's grade ids begin with, or None: metadata gets lost, the ids stay."""
    beginnings = Counter((grade_id_of(cell) or "").partition("-")[0] for cell in notebook.cells)
    return max(rooms(), key=lambda room: beginnings[room]) if any(beginnings[room] for room in rooms()) else None


def program_of(notebook: NotebookNode, checks: Sequence[Check], run_seed: int) -> Program:
    """Return what is run of a grafted notebook: its setup and the answers. Figures and labs earn nothing."""
    cells = tuple(
        Cell(str(grade_id_of(cell)), cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code" and grade_id_of(cell) and not is_graded(cell)
    )
    return Program(cells, tuple(planned(check, seed_of(run_seed, check)) for check in checks))


def planned(check: Check, seed: int) -> PlannedCheck:
    """Return a check as the sandbox is told of it."""
    return PlannedCheck(check.room, check.exercise, check.name, seed, check.hidden)


def verdicts_on(result: RunResult, checks: Sequence[Check], expect: Expectations, run_seed: int) -> list[Verdict]:
    """Judge what came back of a program, exercise by exercise."""
    return judge_all(checks, [answer_in(result, check) for check in checks], expect, run_seed)


def judge_all(checks: Sequence[Check], answers: Sequence[Answer], expect: Expectations, run_seed: int) -> list[Verdict]:
    """Judge answers to the checks of several exercises; the checks of one exercise stand together."""
    verdicts = []
    for exercise in dict.fromkeys(check.exercise for check in checks):
        mine = [(check, answer) for check, answer in zip(checks, answers, strict=True) if check.exercise == exercise]
        own_checks, own_answers = [check for check, _ in mine], [answer for _, answer in mine]
        verdicts += judge(own_checks, own_answers, [seed_of(run_seed, check) for check in own_checks], expect)
    return verdicts


def answer_in(result: RunResult, check: Check) -> Answer:
    """Return the check's answer; where the exercise's own cell did not run, that is the answer."""
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
    """Say of each cell that ended with an error which one it was, in which line, and the error."""
    said = []
    for grade_id, cell in result.cells.items():
        if cell.error:
            lines = re.findall(rf'File "<cell {re.escape(grade_id)}>", line (\d+)', cell.error)
            where = f" (line {lines[-1]})" if lines else ""
            said.append(f"the cell {grade_id} stopped with an error{where}: {last_line(cell.error)}")
    return said


def last_line(error: str) -> str:
    """Return the line of a traceback that names the error; what a student's process says may be blank."""
    return next(iter(reversed(error.strip().splitlines())), "an error without a text")
