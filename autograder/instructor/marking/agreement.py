"""How far two people agree who marked the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance


@dataclass(frozen=True)
class Agreement:
    """How far two marks of each of some answers agree.

    Attributes:
        answers: how many have both.
        difference: mean of second minus first, in points; above 0 where the second marks are the more generous.
        distance: mean of the difference without its sign, in points.
        equal: share of answers with the same points, from 0 to 1.
        kappa: quadratic-weighted; 1 for the same marks throughout, 0 for what chance would give. None where all marks
            are one number, of which it cannot be said.
    """

    answers: int
    difference: float
    distance: float
    equal: float
    kappa: float | None


def agreement(pairs: Sequence[tuple[float, float]]) -> Agreement | None:
    """Return how far the first and second marks of some answers agree, in points; None of no answers.

    Cohen's kappa with quadratic weights needs no table of categories: it is one minus the mean squared difference of
    the pairs, over that of all first marks with all second marks, which is var(x) + var(y) + (mean(x) - mean(y))².
    """
    if not pairs:
        return None
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    differences = [other - one for one, other in pairs]
    by_chance = pvariance(first) + pvariance(second) + (fmean(first) - fmean(second)) ** 2
    seen = fmean([one * one for one in differences])
    return Agreement(
        len(pairs),
        fmean(differences),
        fmean(list(map(abs, differences))),
        sum(one == other for one, other in pairs) / len(pairs),
        1 - seen / by_chance if by_chance else None,
    )
