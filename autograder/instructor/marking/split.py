"""Who marks which answer: everybody gets as many as the table of markers lets it be, and nobody's marked work moves."""

from __future__ import annotations

import hashlib
import math
from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence


def split(
    eligible: Mapping[str, frozenset[str]], before: Mapping[str, str], fixed: Collection[str] = ()
) -> dict[str, str]:
    """Give each answer to one marker, so that no move would make the numbers of answers more equal.

    Args:
        eligible: the answers by id, in order, each with those who may mark it; whom nobody may mark is left out.
        before: who has it; kept where that is allowed and no balance asks for another.
        fixed: answers that stay where they are, as they are marked.

    Returns:
        The marker of each answer.
    """
    given = {answer: before[answer] for answer in eligible if answer in before and answer in fixed}
    given |= {
        answer: before[answer] for answer, who in eligible.items() if answer not in given and before.get(answer) in who
    }
    loads = Counter(given.values())
    for answer, who in eligible.items():
        if answer not in given and who:
            given[answer] = min(who, key=lambda name: (loads[name], name))
            loads[given[answer]] += 1
    movable = [answer for answer in given if answer not in fixed]
    while moves := _levelling(eligible, given, movable, loads):
        for answer, to in moves:
            loads[given[answer]] -= 1
            loads[to] += 1
            given[answer] = to
    return given


def _levelling(
    eligible: Mapping[str, frozenset[str]], given: Mapping[str, str], movable: Sequence[str], loads: Counter[str]
) -> list[tuple[str, str]]:
    """Return moves that take one answer from somebody to somebody with two fewer or less, through others if need be."""
    # One answer stands for all that a person has of those whom the same people may mark.
    owned = {(given[answer], eligible[answer]): answer for answer in movable}
    for start in sorted({name for name, _ in owned}, key=lambda name: (-loads[name], name)):
        came: dict[str, tuple[str, str]] = {}  # to whom, from whom and with which answer
        waiting = deque([start])
        while waiting:
            name = waiting.popleft()
            if loads[name] <= loads[start] - 2:
                moves = []
                while name != start:
                    before, answer = came[name]
                    moves.append((answer, name))
                    name = before
                return moves
            for (owner, who), answer in owned.items():
                if owner != name:
                    continue
                for other in sorted(who - came.keys() - {start}):
                    came[other] = (name, answer)
                    waiting.append(other)
    return []


def sample(first: Mapping[str, str], percent: float, chosen: Collection[str], fixed: Collection[str]) -> list[str]:
    """Return the answers that two people mark: as many as the percentage asks for, rounded up, and of everybody's.

    Args:
        first: the answers to one question by id, each with who marks it first.
        percent: of them, from 0 to 100.
        chosen: those of before; they stay as long as the number allows it.
        fixed: those that stay in any case, as somebody has marked them a second time.
    """
    number = max(math.ceil(len(first) * percent / 100 - 1e-9), len(first.keys() & set(fixed)))

    def turn(answer: str) -> tuple[bool, bool, str]:
        return answer not in fixed, answer not in chosen, hashlib.sha256(answer.encode()).hexdigest()

    place, before = dict[str, int](), Counter[str]()
    for answer in sorted(first, key=turn):  # one of each marker's, then a second one of each, …
        place[answer] = before[first[answer]]
        before[first[answer]] += 1
    return sorted(first, key=lambda answer: (*turn(answer)[:2], place[answer], turn(answer)))[:number]
