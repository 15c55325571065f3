"""Make questions about a student's cell: try edits in the sandbox until enough of them have a definite answer."""

import math
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, zip_longest

import numpy as np

from autograder.arrays import Array, as_numpy, close, is_array, is_tensor
from autograder.checks import Observation, Raised, Sample
from autograder.course import Course
from autograder.instructor.viva.edits import Edit, edits_of
from autograder.instructor.viva.source_text import NoPython, SourceText, defining, is_python
from autograder.sandbox import Cell, Limits, Program, RunResult
from autograder.sandbox.program import PlannedScene

# An edit can loop for ever: a scene takes some milliseconds, so a second of the processor's time is enough for each.
LIMITS = Limits(check_s=5.0, check_processor_s=1.0, total_s=40.0)
BATCH = 8  # edits that share a run of the cells
MAX_TRIALS = 120  # edits of an exercise that are tried
PATIENCE_S = 120.0  # over one exercise, for code that takes its time
# Errors of these kinds say only that a name is missing or does not fit: little to reason about.
DULL = {"NameError", "UnboundLocalError", "AttributeError", "TypeError", "SyntaxError", "IndentationError"}
# torch's generator and unwritten memory differ in the two runs: an answer that depends on them is not definite.
RUNS = ((1, True), (2, False))
MAX_NUMBERS = 12
MAX_TEXT = 80
ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
MAX_MESSAGE = 200
EXERCISE_SCENES = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
ASKED = ">>> "
CLOSE = 0.01  # nearer than this, a number is not worth a question
NOTHING = Edit("nothing", 0, 0, "", "", 1)
Run = Callable[[Program], RunResult]
Observed = Mapping[tuple[int, str], Observation]


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

    room: str
    exercise: str
    source: str
    edit: Edit
    place: int  # the index of the edit among those of the cell; the same for cells that differ in layout alone
    given: str
    asked: str  # an expression after the given lines; its value is ``before`` without the edit, ``answer`` with it
    before: str
    answer: str
    message: str
    line: str  # of the student's code in which an error arises, where the answer is one
    rank: int  # 0 where there is a value to be reasoned about, 1 and 2 for errors


def questions(
    room: str, exercise: str, cells: Sequence[Cell], scenes: Sequence[Scene], run: Run, seed: str, need: int
) -> list[TalkQuestion]:
    """Return questions about an exercise, the better ones first: as many of the best kind as are needed, or all.

    They are the same for the same cells, scenes and seed, which draws the order in which edits are tried.
    """
    cell = cell_of(cells, room, exercise)
    if cell is None:
        return []
    edits = edits_of(cell.source, exercise)
    trial = _Trial(room, exercise, tuple(cells), cell.id, scenes, run)
    asked: list[TalkQuestion] = []
    before: Observed = {}
    started = time.monotonic()
    tried = (place for place in in_turn(edits, seed) if is_python(edits[place].apply(cell.source)))
    left = islice(tried, MAX_TRIALS)
    while batch := list(islice(left, BATCH)):
        after = trial.observed([*([] if before else [NOTHING]), *(edits[place] for place in batch)])
        if not before:
            # A question can start from a value, or from the refusal of an argument.
            values = after.pop(0).items()
            before = {key: value for key, value in values if not isinstance(value, Raised) or value.is_refusal}
            if not before:
                return []
        for place, observed in zip(batch, after, strict=True):
            changed = [key for key in before if key in observed and differs(before[key], observed[key])]
            if changed:
                key = min(changed, key=lambda key: _rank(before[key], observed[key]))
                value = observed[key]
                question = TalkQuestion(
                    room=room,
                    exercise=exercise,
                    source=cell.source,
                    edit=edits[place],
                    place=place,
                    given=scenes[key[0]].given,
                    asked=key[1],
                    before=spoken(before[key]) or "",
                    answer=spoken(value) or "",
                    message=message_of(value),
                    line=value.line if isinstance(value, Raised) else "",
                    rank=_rank(before[key], value),
                )
                asked.append(question)
        if sum(question.rank == 0 for question in asked) >= need or time.monotonic() - started > PATIENCE_S:
            break
    return sorted(asked, key=lambda question: question.rank)


def cell_of(cells: Sequence[Cell], room: str, exercise: str) -> Cell | None:
    """Return the cell that defines an exercise: its own, or else the last that does; None where no edit has a place."""
    own = f"{room}-{exercise}"
    for cell in [*(cell for cell in cells if cell.id == own), *reversed(cells)]:
        with suppress(NoPython):
            if defining(SourceText(cell.source).tree, exercise) and edits_of(cell.source, exercise):
                return cell
    return None


def in_turn(edits: Sequence[Edit], seed: str) -> list[int]:
    """Return the places of edits in an order drawn by the seed, in which the kinds take turns."""
    draw = random.Random(seed)
    by_kind: dict[str, list[int]] = {}
    for place in draw.sample(range(len(edits)), len(edits)):
        by_kind.setdefault(edits[place].kind, []).append(place)
    rounds = zip_longest(*by_kind.values())
    return [place for place in chain.from_iterable(rounds) if place is not None]


def _rank(before: Observation, after: Observation) -> int:
    if not isinstance(after, Raised):
        is_bare = isinstance(after, str) and after.startswith("a ") and not isinstance(before, Raised)
        return int(is_bare)
    return 2 if after.kind in DULL else 1


@dataclass(frozen=True)
class _Trial:
    room: str
    exercise: str
    cells: tuple[Cell, ...]
    cell: str
    scenes: Sequence[Scene]
    run: Run

    def observed(self, edits: Sequence[Edit]) -> list[Observed]:
        """Return, for each edit, the values of the expressions of all scenes on which two runs agree."""
        result = self.run(Program(self.cells, tuple(self._planned(edits))))
        return [
            {key: value for at in range(len(self.scenes)) for key, value in self._agreed(result, number, at).items()}
            for number in range(len(edits))
        ]

    def _agreed(self, result: RunResult, edit: int, scene: int) -> Observed:
        both = [result.answers[self.exercise, _name(edit, scene, seed)] for seed, _ in RUNS]
        if any(answer.kind != "observed" for answer in both):
            return {}
        first, second = (answer.observations for answer in both)
        # The process itself names the expressions that it has observed: only those that were asked for count.
        return {
            (scene, asked): first[asked]
            for asked in self.scenes[scene].asked
            if asked in first and asked in second and spoken(first[asked]) is not None
            if spoken(first[asked]) == spoken(second[asked])
        }

    def _planned(self, edits: Sequence[Edit]) -> Iterator[PlannedScene]:
        for number, edit in enumerate(edits):
            for at, scene in enumerate(self.scenes):
                for seed, fills_memory in RUNS:
                    yield PlannedScene(
                        self.room,
                        self.exercise,
                        _name(number, at, seed),
                        seed,
                        cell=self.cell,
                        start=edit.start,
                        end=edit.end,
                        text=edit.text,
                        given=scene.given,
                        asked=scene.asked,
                        fills_memory=fills_memory,
                    )


def _name(edit: int, scene: int, seed: int) -> str:
    return f"{edit}-{scene}-{seed}"


def spoken(value: Observation) -> str | None:
    """Return an observation in a few words, None where it takes too many or another run would give other ones.

    Of an error it is the kind: its message is the library's.
    """
    if isinstance(value, Raised):
        return value.kind
    if isinstance(value, Sample):
        return None
    if is_array(value):
        return _array(value)
    text = f"{value:.4g}" if type(value) is float else str(value)
    return None if len(text) > MAX_TEXT or "\n" in text or ADDRESS.search(text) else text


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


def message_of(value: Observation) -> str:
    """Return the first line of an error's message, or nothing."""
    lines = value.message.strip().splitlines() if isinstance(value, Raised) else []
    return ADDRESS.sub("…", lines[0])[:MAX_MESSAGE] if lines else ""
