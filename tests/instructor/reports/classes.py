"""Classes that nobody was in: marks as grading records them, and answers as students write them, from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from autograder.checks import Check, checks_of
from autograder.instructor.course.attempts import PROVED
from autograder.instructor.course.roster import Student
from autograder.instructor.marks import Mark
from autograder.verdicts import Diagnosis, Outcome, Verdict, VerdictRecord

DUE = datetime(2026, 11, 5, 22, 0)
FIRST = ("Ada", "Żaneta", "Ben", "明", "Chidi", "Δάφνη", "Eve", "Fatima", "José", "Ольга", "نور", "O'Neil")
LAST = ("Lovelace", "Nowak", "de la Cruz, Jr.", "王", "Okafor", "Παπαδοπούλου", "<b>Bold</b>", "Iwanowa", "Şahin")
MISTAKES = {
    "Linear": ("linear-transposed-weight", "Your weight has the shape (out, in), as torch.nn.Linear stores it."),
    "Flatten": ("flatten-batch-too", "The batch was flattened as well: all examples end up in one row."),
    "Sequential": ("sequential-plain-list", "The layers are held in a plain list."),
    "he_std": ("he-variance", "That is the variance; its square root is the standard deviation."),
    "rms_through": ("rms-input-too", "The first number is the size of x itself."),
    "cross_entropy": ("ce-sum", "The losses of the examples were added up."),
}


def make_class(size: int, seed: int = 0, assignments: Sequence[str] = ("2-layers",)) -> list[Mark]:
    """Return marks of students who differ in how much they know, some of whom hand in nothing, or late."""
    rng = random.Random(seed)
    marks = []
    people = [
        (
            Student(f"{at:04}", rng.choice(FIRST), f"{rng.choice(LAST)} {at}", f"s{at}@example.edu", str(9000 + at)),
            rng.gauss(0.7, 0.25),
        )
        for at in range(size)
    ]
    for assignment in assignments:
        for student, ability in people:
            if size > 5 and rng.random() < 0.05:
                marks.append(Mark(student, assignment, 25.0, due=DUE))
            else:
                marks.append(_mark(student, assignment, ability, rng))
    return marks


def _mark(student: Student, assignment: str, ability: float, rng: random.Random) -> Mark:
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
    """Return answers to chapter 2 by somebody who chose each piece alone, among what is usual."""
    pick = rng.choice
    sizes = pick(
        [
            "        if in_features < 1 or out_features < 1:\n            raise ValueError('sizes')\n",
            "        if in_features < 1:\n            raise ValueError('in')\n"
            "        if out_features < 1:\n            raise ValueError('out')\n",
            "        if min(in_features, out_features) < 1:\n            raise ValueError('sizes')\n",
            "        for size in (in_features, out_features):\n            if size < 1:\n"
            "                raise ValueError(size)\n",
        ]
    )
    spread = pick(
        [
            "        if std < 0:\n            raise ValueError('std')\n",
            "        if not std >= 0:\n            raise ValueError(f'{std}')\n",
        ]
    )
    kept = pick(["", "        self.n = in_features\n", "        self.sizes = in_features, out_features\n"])
    weight = pick(
        [
            "        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)\n",
            "        self.weight = nn.Parameter(std * torch.randn(in_features, out_features))\n",
            "        w = torch.empty(in_features, out_features).normal_(0, std)\n"
            "        self.weight = nn.Parameter(w)\n",
            "        self.weight = nn.Parameter(torch.normal(0.0, std, (in_features, out_features)))\n",
        ]
    )
    bias = pick(
        [
            "        self.bias = nn.Parameter(torch.zeros(out_features))\n",
            "        b = torch.zeros(out_features)\n        self.bias = nn.Parameter(b)\n",
            "        self.bias = nn.Parameter(self.weight.new_zeros(out_features))\n",
        ]
    )
    fits = pick(
        [
            "        if x.shape[-1] != self.weight.shape[0]:\n            raise ValueError('x')\n",
            "        if x.size(-1) != self.weight.size(0):\n            raise ValueError('x')\n",
            "        rows = len(self.weight)\n        if x.shape[-1] != rows:\n            raise ValueError(rows)\n",
        ]
    )
    output = pick(
        [
            "        return x @ self.weight + self.bias\n",
            "        return torch.matmul(x, self.weight) + self.bias\n",
            "        y = x @ self.weight\n        return y + self.bias\n",
            "        return self.bias + x.matmul(self.weight)\n",
        ]
    )
    shown = pick(
        [
            "        return f'{self.weight.shape[0]}, {self.weight.shape[1]}, bias'\n",
            "        a, b = self.weight.shape\n        return f'{a}, {b}, bias=True'\n",
            "        return '{} {} bias'.format(*self.weight.shape)\n",
        ]
    )
    flat = pick(["x.flatten(1)", "torch.flatten(x, 1)", "x.flatten(start_dim=1)", "x.reshape(len(x), -1)"])
    name = pick(["layers", "parts", "steps", "modules_"])
    loop = pick(
        [
            "        for layer in self.{0}:\n            x = layer(x)\n        return x\n",
            "        out = x\n        for layer in self.{0}:\n            out = layer(out)\n        return out\n",
            "        for i in range(len(self.{0})):\n            x = self.{0}[i](x)\n        return x\n",
        ]
    ).format(name)
    items = pick(["        return iter(self.{0})\n", "        yield from self.{0}\n"]).format(name)
    linear = (
        "class Linear(nn.Module):\n    def __init__(self, in_features, out_features, std=0.1):\n"
        f"        super().__init__()\n{sizes}{spread}{kept}{weight}{bias}\n"
        f"    def forward(self, x):\n{fits}{output}\n    def extra_repr(self):\n{shown}"
    )
    sequential = (
        f"class Sequential(nn.Module):\n    def __init__(self, *layers):\n        super().__init__()\n"
        f"        self.{name} = nn.ModuleList(layers)\n\n    def forward(self, x):\n{loop}\n"
        f"    def __len__(self):\n        return len(self.{name})\n\n    def __iter__(self):\n{items}\n"
        f"    def __getitem__(self, index):\n        return self.{name}[index]\n"
    )
    return {
        "layers-Linear": linear,
        "layers-Flatten": f"class Flatten(nn.Module):\n    def forward(self, x):\n        return {flat}\n",
        "layers-Sequential": sequential,
    }
