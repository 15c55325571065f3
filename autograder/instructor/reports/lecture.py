"""Up to three sentences with which the next lecture can begin, from what was recorded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from autograder.instructor.marks import Mark
from autograder.instructor.reports.class_statistics import Failure
from autograder.instructor.reports.need import is_unreadable

MOST = 2  # checks in the first sentence
NOT_BEGUN = ("missing", "invalid")


def lecture_sentences(marks: Sequence[Mark], mistakes: Sequence[Failure]) -> list[str]:
    """Return what the class of an assignment should hear: checks failed most, mistake made most, exercise left most.

    A sentence for which nobody gives a reason is left out. Of the mistakes the most frequent comes first.
    """
    read = [mark for mark in marks if mark.verdicts and not is_unreadable(mark)]
    return [*_failed_most(read), *_made_most(mistakes, len(read)), *_left_most(read)]


def _failed_most(marks: Sequence[Mark]) -> list[str]:
    failed, tried, titles = Counter[str](), Counter[str](), {}
    for mark in marks:
        for verdict in mark.verdicts:
            check = f"{verdict['exercise']}.{verdict['check']}"
            titles[check] = f"“{verdict['title']}” ({verdict['exercise']}"
            tried[check] += verdict["outcome"] not in NOT_BEGUN
            failed[check] += verdict["outcome"] not in ("pass", *NOT_BEGUN)
    most = [check for check, count in failed.most_common(MOST) if count]
    said = [f"{titles[check]}, by {failed[check]} of the {tried[check]} who wrote it)" for check in most]
    if not said:
        return []
    return [f"The check{' that was' if len(said) == 1 else 's that were'} failed most: {' and '.join(said)}."]


def _made_most(mistakes: Sequence[Failure], of: int) -> list[str]:
    return [
        f"The most frequent known mistake, made by {len(first.students)} of {of}, is {first.name}: {first.says}"
        for first in mistakes[:1]
    ]


def _left_most(marks: Sequence[Mark]) -> list[str]:
    """Say which exercise was left as it was released by most; one of which nothing was written has no other outcome."""
    left = Counter[str]()
    for mark in marks:
        outcomes = defaultdict(set)
        for verdict in mark.verdicts:
            outcomes[verdict["exercise"]].add(verdict["outcome"])
        left.update(exercise for exercise, found in outcomes.items() if found == {"missing"})
    return [
        f"The exercise that was left unfilled most is {exercise}, by {count} of {len(marks)}."
        for exercise, count in left.most_common(1)
    ]
