"""Equal hand-ins: all answers of an assignment the same but for white space, whatever they hold.

The comparison of programs leaves out the book's own code, the reference and known mistakes, so it does not find these.
Names, comments and a written answer are seldom all the same by chance. Untouched work is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise

from autograder.instructor.reports.similar import EVERYTHING, SimilarPair

# Of more who handed in the same, each is paired with the next alone: the pairs of many would be too many to read.
MAX_GROUP = 12


def equal_groups(answers: Mapping[str, Mapping[str, str]], released: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return who handed in the same, the largest group first, of all answers by student, written ones too."""
    untouched = _squeezed(released)
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for student, mine in answers.items():
        own = _squeezed(mine)
        if any(text and untouched.get(name) != text for name, text in own.items()):
            found.setdefault(tuple(sorted(own.items())), []).append(student)
    return sorted((tuple(who) for who in found.values() if len(who) > 1), key=lambda who: (-len(who), who))


def equal_pairs(
    answers: Mapping[str, Mapping[str, str]], groups: Sequence[tuple[str, ...]], released: Mapping[str, str]
) -> list[SimilarPair]:
    """Return the members of groups two by two, with the words of what they wrote as evidence."""
    untouched = _squeezed(released)
    found = []
    for group in groups:
        mine = answers[group[0]]
        words = sum(len(text.split()) for name, text in mine.items() if "".join(text.split()) != untouched.get(name))
        for pair in combinations(group, 2) if len(group) <= MAX_GROUP else pairwise(group):
            found.append(SimilarPair(pair, float(words), 1.0, ({}, {}), EVERYTHING))
    return found


def _squeezed(answers: Mapping[str, str]) -> dict[str, str]:
    return {name: "".join(text.split()) for name, text in answers.items()}
