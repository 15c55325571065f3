"""Answers of the ten of the sample class: three right ones, a stub, and spoiled copies of the reference."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from autograder.course import Course
from autograder.exercises import BEGIN, END
from autograder.instructor.authoring.right_answers import right_answer

HERE = Path(__file__).parent
ROOM = "layers"
# The names of their answers in tests/right, where each is tried as all right answers are.
RIGHT: Mapping[str, str] = {"ada": "type_hints", "alan": "numpy_draws", "grace": "terse"}
KNOWN_MISTAKES: Mapping[str, Sequence[str]] = {
    "barbara": ["linear-transposed-weight"],
    "claude": ["linear-non-leaf-weight", "sequential-plain-list", "sequential-no-negative-indices"],
    "john": ["linear-bias-left-out", "flatten-batch-too"],
}
# Faults that no check can name: the program does not parse, does not end, or ends the whole process.
TROUBLE: Mapping[str, Mapping[str, str]] = {
    "edsger": {"out_features) * std)": "out_features * std"},
    "frances": {
        "return x.flatten(start_dim=1)": "while x.dim() > 2:\n            x = x.contiguous()\n        return x"
    },
    "hedy": {
        "import torch\n": "import os\n\nimport torch\n",
        "x = layer(x)\n        return x\n": "x = layer(x)\n        os._exit(1)\n        return x\n",
    },
}


def answers(room: str) -> dict[str, str]:
    """Return the source of each of the ten, by student; none where the class has no work for a room."""
    if room != ROOM:
        return {}
    course = Course.installed()
    sources = {student: right_answer(course, room, name) for student, name in RIGHT.items()}
    sources["dennis"] = ""  # who has not begun
    spoiled = {student: course.mistaken_source(room, *ids) for student, ids in KNOWN_MISTAKES.items()}
    for student, edits in TROUBLE.items():
        spoiled[student] = edited(course.source(room), edits)
    sources |= {student: without_marks(source) for student, source in spoiled.items()}
    return dict(sorted(sources.items()))


def edited(source: str, edits: Mapping[str, str]) -> str:
    """Return a source with other text in the place of pieces, each of which stands there once; or raise ValueError."""
    for old, new in edits.items():
        before, after = source.split(old)
        source = f"{before}{new}{after}"
    return source


def without_marks(source: str) -> str:
    """Return a source without the lines that say where a solution begins and ends, which no student writes."""
    return "".join(line for line in source.splitlines(keepends=True) if line.strip() not in (BEGIN, END))
