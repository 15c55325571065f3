"""Make a question about a student's cell: try edits in the sandbox until one has a definite consequence."""

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np

from autograder.arrays import Array, as_numpy, close, is_array, is_tensor
from autograder.checks import Observation, Raised, Sample
from autograder.course import Course
from autograder.instructor.viva.edits import Edit, edits_of
from autograder.instructor.viva.source_text import NoPython, SourceText, defining
from autograder.sandbox import Cell, Limits, Program, RunResult
from autograder.sandbox.program import SentCheck

# An edit can loop for ever: a scene takes some milliseconds, so a second of the processor's time is enough for each.
LIMITS = Limits(check_s=5.0, check_processor_s=1.0, total_s=40.0)
BATCH = 8  # edits that share a run of the cells
MAX_TRIALS = 48  # edits of an exercise that are tried
# Seeds of two runs: torch's generator and unwritten memory differ, and what depends on them is not definite.
RUNS = (1, 2)
MAX_NUMBERS = 12
MAX_TEXT = 80
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
EXERCISE_SCENES = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASKED = ">>> "
CLOSE = 0.01  # nearer than this, a number is not worth a question
SCENE_CODE = Path(__file__).with_name("scene.py")
NOTHING = Edit(0, 0, "", "")
Run = Callable[[Program], RunResult]


@dataclass(frozen=True)
class Scene:
    """Lines of code, possibly none, and the expressions after them, each by itself."""

    given: str
    asked: tuple[str, ...]


@cache
def scenes_of(room: str) -> Mapping[str, Sequence[Scene]]:
    """Return the scenes of a room by exercise, on numbers that fit into a head; none where the course has no file.

    ``scenes/ROOM.md`` holds a heading for each exercise, and under it scenes. Each is a block of Python: lines, and
    after ``>>>`` expressions, one of which is asked about. Right answers may differ in what these give, as long as each
    gives the same twice.

    The lines are shown as they are run, and a student may type them into the notebook: they use its names, ``torch``
    and ``nn``. Their numbers are small and exact in binary, so that what comes out reads the same on every machine.
    """
    path = Course.installed().folder / "scenes" / f"{room}.md"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return {name: [_scene(block) for block in BLOCK.findall(blocks)] for name, blocks in EXERCISE_SCENES.findall(text)}


def _scene(block: str) -> Scene:
    lines = block.splitlines()
    given = [line for line in lines if not line.startswith(ASKED)]
    return Scene("\n".join(given), tuple(line.removeprefix(ASKED) for line in lines if line.startswith(ASKED)))


@dataclass(frozen=True)
class TalkQuestion:
    """A question about one exercise, and its answer."""

    exercise: str
    source: str
    edit: Edit
    given: str
    asked: str  # an expression after the given lines; its value is ``before`` without the edit, ``answer`` with it
    before: str
    answer: str


def question_about(room: str, exercise: str, cells: Sequence[Cell], run: Run, seed: str) -> TalkQuestion | None:
    """Return a question about an exercise that has a scene, or None where no edit has a definite consequence.

    It is the same for the same cells and seed, which draws the order in which edits are tried.
    """
    cell = cell_of(cells, room, exercise)
    if cell is None:
        return None
    edits = edits_of(cell.source, exercise)
    tried = random.Random(seed).sample(edits, len(edits))[:MAX_TRIALS]
    for at in range(0, len(tried), BATCH):
        batch = tried[at : at + BATCH]
        before, *after = observed(room, exercise, cells, cell.id, [NOTHING, *batch], run)
        for edit, values in zip(batch, after, strict=True):
            for given, asked in (key for key in before if key in values):
                old, new = before[given, asked], values[given, asked]
                if differs(old, new):
                    return TalkQuestion(exercise, cell.source, edit, given, asked, spoken(old) or "", spoken(new) or "")
    return None


def cell_of(cells: Sequence[Cell], room: str, exercise: str) -> Cell | None:
    """Return the cell that defines an exercise: its own, or else the last that does; None where no edit has a place."""
    own = f"{room}-{exercise}"
    for cell in [*(cell for cell in cells if cell.id == own), *reversed(cells)]:
        with suppress(NoPython):
            if defining(SourceText(cell.source).tree, exercise) and edits_of(cell.source, exercise):
                return cell
    return None


def observed(
    room: str,
    exercise: str,
    cells: Sequence[Cell],
    cell: str,
    edits: Sequence[Edit],
    run: Run,
) -> list[dict[tuple[str, str], Observation]]:
    """Return, for each edit, the values on which two runs agree, by the lines of the scene and the expression."""
    pairs = list(product(enumerate(edits), enumerate(scenes_of(room)[exercise])))
    checks = []
    for ((number, edit), (at, scene)), seed in product(pairs, RUNS):
        place = {"cell": cell, "start": edit.start, "end": edit.end, "text": edit.text}
        arguments = {**place, "given": scene.given, "asked": scene.asked, "fills_memory": seed == RUNS[0]}
        checks.append(SentCheck(room, exercise, f"{number}-{at}-{seed}", seed, arguments=arguments))
    answers = run(Program(tuple(cells), tuple(checks), SCENE_CODE.read_text(encoding="utf-8"))).answers
    values: list[dict[tuple[str, str], Observation]] = [{} for _ in edits]
    for (number, _), (at, scene) in pairs:
        first, second = (answers[exercise, f"{number}-{at}-{seed}"].observations for seed in RUNS)
        # The process itself names the expressions that it has observed: only those that were asked for count.
        for asked in scene.asked:
            words = spoken(first[asked]) if asked in first and asked in second else None
            if words is not None and words == spoken(second[asked]):
                values[number][scene.given, asked] = first[asked]
    return values


def spoken(value: Observation) -> str | None:
    """Return a value in a few words, or None: of an error, of what only its type is known, of much, of an address."""
    if isinstance(value, Raised | Sample):
        return None
    if is_array(value):
        return _array(value)
    text = f"{value:.4g}" if type(value) is float else str(value)
    return None if len(text) > MAX_TEXT or "\n" in text or text.startswith("a ") or ADDRESS.search(text) else text


def _array(value: Array) -> str:
    shape, numbers = tuple(value.shape), as_numpy(value)
    if numbers.size == 0:
        return f"no numbers, in the shape {shape}"
    if numbers.size > MAX_NUMBERS:
        return f"{'a tensor' if is_tensor(value) else 'an array'} of the shape {shape}"
    return _numbers(numbers.tolist())


def _numbers(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_numbers, value))}]"
    # Adding 0 makes -0 the same as 0.
    return f"{value + 0.0:.4g}" if isinstance(value, float) else str(value)


def differs(before: Observation, after: Observation) -> bool:
    """Whether two observations read differently, and not by rounding alone."""
    if is_array(before) and is_array(after) and before.shape == after.shape:
        numbers, expected = (as_numpy(value).astype(np.float64) for value in (after, before))
        alike = bool(close(numbers, expected, rtol=CLOSE, atol=CLOSE**2).all())
    elif type(before) is float and type(after) is float:
        alike = math.isclose(before, after, rel_tol=CLOSE)
    else:
        alike = False
    return not alike and spoken(before) != spoken(after)
