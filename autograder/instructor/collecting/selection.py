"""Choose the attempt that is graded, and decide whether it replaces the files in its place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from autograder.instructor.collecting.recognising import RecognisedFile
from autograder.instructor.course.attempts import CLAIMED, ENTERED, Attempt
from autograder.receipts import PACKED

Action = Literal["new", "newer", "other attempt", "as it is", "blocked", "no such attempt"]
WRITES: frozenset[Action] = frozenset({"new", "newer", "other attempt"})


@dataclass(frozen=True)
class PlacedWork:
    """The files in ``submitted/STUDENT/ASSIGNMENT/``.

    Attributes:
        digest: of the notebook that would be graded; empty where there is none.
        stamp: the text of timestamp.txt; empty where there is none.
    """

    digest: str = ""
    stamp: str = ""


def with_new(before: Sequence[Attempt], files: Iterable[RecognisedFile], now: datetime) -> tuple[Attempt, ...]:
    """Return the attempts with those of a download that are not among them, in the order of time.

    Where nothing says when something was handed in, that was before it was first met; the system's numbers, and then
    the time of the file, order what was met together.
    """
    attempts = list(before)
    for file in sorted(files, key=_order):
        downloaded = file.downloaded
        corrects = downloaded.standing == ENTERED  # then the instructor's word stands
        path, system = downloaded.entry.name, downloaded.system
        new = Attempt(0, file.digest, downloaded.when, downloaded.late, now, path, system, downloaded.standing)
        known = [at for at, old in enumerate(attempts) if new.same_as(old) or (corrects and new.digest == old.digest)]
        if not known:
            last = max((attempt.number for attempt in attempts), default=0)
            attempts.append(replace(new, number=max(last + 1, downloaded.number or 0)))
            continue
        met = attempts[known[0]]
        if met.when is None or new.standing != CLAIMED:  # its time is known now, or proved
            attempts[known[0]] = replace(met, when=new.when, standing=new.standing)
    return tuple(attempts)


def _order(file: RecognisedFile) -> tuple[float, int, int, bool, float, str]:
    downloaded, entry = file.downloaded, file.downloaded.entry
    when = downloaded.when.timestamp() if downloaded.when else 0.0
    # Where a whole folder is handed in, the notebook may have gone on since `hand_in()` packed a copy of it.
    is_live = PACKED not in entry.parts[:-1]
    return when, downloaded.upload, downloaded.number or 0, is_live, entry.modified, entry.name


def chosen_of(attempts: Sequence[Attempt], choice: str) -> Attempt | None:
    """Return the attempt that is to be graded: ``first``, ``last`` or one by its number."""
    in_time = sorted(attempts, key=lambda attempt: (attempt.when or attempt.collected, attempt.number))
    if choice in ("first", "last"):
        return in_time[0 if choice == "first" else -1]
    return next((attempt for attempt in attempts if str(attempt.number) == choice), None)


def action_for(chosen: Attempt | None, attempts: Sequence[Attempt], placed: PlacedWork, *, force: bool) -> Action:
    """Return what is to be done with the chosen attempt, where something may be in its place."""
    if chosen is None:
        return "no such attempt"
    collected = {attempt.digest for attempt in attempts}
    stamps = {attempt.stamp for attempt in attempts} | {""}
    is_stamped = placed.stamp == chosen.stamp or placed.stamp not in stamps or not chosen.stamp
    if placed.digest == chosen.digest and is_stamped:
        return "as it is"
    if not placed.digest and not placed.stamp:
        return "new"
    if not force and (placed.digest not in collected or placed.stamp not in stamps):
        return "blocked"
    replaced = next((attempt for attempt in attempts if attempt.digest == placed.digest), None)
    return "newer" if replaced is None or replaced.number <= chosen.number else "other attempt"
