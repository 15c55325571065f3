"""Who marks which answer: everybody gets as many as the table of markers allows, and nobody's marked work moves."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Collection, Mapping


def split(
    eligible: Mapping[str, frozenset[str]], before: Mapping[str, str], fixed: Collection[str] = ()
) -> dict[str, str]:
    """Give each answer to one marker, so that no move would make the numbers of answers more equal.

    Args:
        eligible: the answers by id, in order, each with those who may mark it; answers that nobody may mark are left
            out.
        before: who has it; kept unless it is not allowed, or the balance asks for a move.
        fixed: answers that stay where they are, as they are marked.
    """
    given = {
        answer: before[answer]
        for answer, able in eligible.items()
        if answer in before and (answer in fixed or before[answer] in able)
    }
    loads = Counter(given.values())

    def least_loaded(answer: str) -> str:
        return min(eligible[answer], key=lambda name: (loads[name], name))

    for answer, able in eligible.items():
        if answer not in given and able:
            given[answer] = least_loaded(answer)
            loads[given[answer]] += 1
    movable = [answer for answer in given if answer not in fixed]
    has_moved = True
    while has_moved:
        has_moved = False
        for answer in movable:
            marker = least_loaded(answer)
            if loads[given[answer]] - loads[marker] >= 2:
                loads[given[answer]] -= 1
                loads[marker] += 1
                given[answer], has_moved = marker, True
    return given


def sample(first: Mapping[str, str], percent: float, chosen: Collection[str], fixed: Collection[str]) -> list[str]:
    """Return the answers that two people mark: the percentage, rounded up, and of everybody's equally many.

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
