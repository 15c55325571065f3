"""Synthetic classes: marks as grading records them, and answers as students write them, from a seed."""

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from autograder.checks import Check, checks_of
from autograder.instructor.course.records import PROVED
from autograder.instructor.course.roster import Student
from autograder.instructor.marks import Mark
from autograder.judge.verdicts import Diagnosis, Outcome, Verdict, VerdictRecord

USUAL_WAYS = Path(__file__).with_name("usual_ways.txt").read_text(encoding="utf-8")
DUE = datetime(2026, 11, 5, 22, 0)
FIRST = ("Ada", "Żaneta", "Ben", "明", "Chidi", "Δάφνη", "Eve", "Fatima", "José", "Ольга", "نور", "O'Neil")
LAST = ("Lovelace", "Nowak", "de la Cruz, Jr.", "王", "Okafor", "Παπαδοπούλου", "<b>Bold</b>", "Iwanowa", "Şahin")
MISTAKES = {
    "Linear": ("linear-transposed-weight", "Your weight has the shape (out, in), as torch.nn.Linear stores it."),
    "Flatten": ("flatten-batch-too", "The batch was flattened as well: all examples end up in one row."),
    "Sequential": ("sequential-plain-list", "The layers are held in a plain list."),
    "rms_through": ("rms-input-too", "The first number is the size of x itself."),
    "scale_layers": ("scale-once", "Each weight is divided once."),
    "cross_entropy": ("ce-sum", "The losses of the examples were added up."),
    "relative_steps": ("relative-biases-too", "The biases are in your list."),
}


def make_class(size: int, seed: int = 0, assignments: Sequence[str] = ("2-layers",)) -> list[Mark]:
    """Return marks of students of different ability, some late or without work."""
    rng = random.Random(seed)
    people = []
    for at in range(size):
        first, last = rng.choice(FIRST), f"{rng.choice(LAST)} {at}"
        student = Student(f"{at:04}", first, last, f"s{at}@example.edu", str(9000 + at))
        people.append((student, rng.gauss(0.7, 0.25)))
    may_be_absent = size > 5
    return [
        _mark(student, assignment, ability, rng, may_be_absent)
        for assignment in assignments
        for student, ability in people
    ]


def _mark(student: Student, assignment: str, ability: float, rng: random.Random, may_be_absent: bool) -> Mark:
    if may_be_absent and rng.random() < 0.05:
        return Mark(student, assignment, 25.0, due=DUE)
    verdicts = [_verdict(check, ability, rng) for check in checks_of("layers")]
    late = rng.random() < 0.1
    return Mark(
        student=student,
        assignment=assignment,
        max_score=25.0,
        raw_score=float(sum(verdict["points"] for verdict in verdicts) + rng.randint(0, 5)),
        penalty=2.0 if late else 0.0,
        handed_in=True,
        submitted_at=DUE + timedelta(hours=5 if late else -5),
        standing=PROVED,
        due=DUE,
        verdicts=verdicts,
        answers=independent_answers(rng),
    )


def _verdict(check: Check, ability: float, rng: random.Random) -> VerdictRecord:
    passed = rng.random() < ability
    if passed:
        return Verdict(check, 1, "pass", None, 0.01).record()
    outcome: Outcome = rng.choices(("fail", "error", "timeout", "crash"), [80, 14, 3, 3])[0]
    mistake, says = MISTAKES[check.exercise] if outcome == "fail" and rng.random() < 0.7 else (None, "")
    observed = rng.choice(("NameError: x", "shape (3, 5)", "<script>alert(1)</script>"))
    return Verdict(check, 1, outcome, Diagnosis(observed, "shape (5, 3)", mistake, says), 0.01).record()


def independent_answers(rng: random.Random) -> dict[str, str]:
    """Return answers to chapter 2, each piece drawn from the usual ones."""
    name = rng.choice(["layers", "parts", "steps", "modules_"])
    return {
        answer: "".join(rng.choice(piece.split("||\n")) for piece in pieces.split("%%\n")).replace("PARTS", name)
        for answer, pieces in re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", USUAL_WAYS, re.MULTILINE | re.DOTALL)
    }
