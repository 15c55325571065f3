"""Claims: the sentences of the book that an experiment can refute, each with what was varied and the tempting opposite.

A claim is registered in the module of its chapter:

    @claim(
        "small-start-is-dead",
        says="Started with std 0.01, the ten-layer network does not learn, whatever the optimizer and the rate.",
        opposite="Training corrects a bad start.",
        varied=grid(optimizer=["sgd", "adam"], rate=[0.01, 0.1], seed=range(5)),
        holds=below("accuracy", 15, "accuracy, %"),
        opposed=above("accuracy", 60, "accuracy, %"),
    )
    def small_start(optimizer, rate, seed): ...  # -> named numbers, by the course's own code

A *setting* names a value for each thing that is varied. The settings that differ only in the seed are one
*combination*; ``holds`` and ``opposed`` say between which bounds the interval of a quantity lies in one combination,
whose numbers are a tuple over the seeds for each name. A claim holds where it does in every combination of its region;
its opposite, a general sentence too, must fail in at least one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from math import inf, sqrt
from statistics import mean, stdev
from typing import Any

Setting = Mapping[str, Any]
Numbers = Mapping[str, tuple[float, ...]]
LEAST_SEEDS, LEAST_VARIED = 5, 2


@dataclass(frozen=True)
class Interval:
    """A mean with the 95 % interval around it."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Found:
    """What a combination shows: a quantity, and between which bounds its whole interval has to lie.

    Attributes:
        quantity: in words, with its unit.
        interval: over the seeds.
        at_least: lower bound for the interval.
        at_most: upper bound for it.
        provided: what else has to be so at every seed, where a sentence says two things.
    """

    quantity: str
    interval: Interval
    at_least: float = -inf
    at_most: float = inf
    provided: bool = True

    @property
    def holds(self) -> bool:
        return self.provided and self.at_least <= self.interval.low and self.interval.high <= self.at_most


Judging = Callable[[Numbers], Found]
Quantity = Callable[[Numbers], Iterable[float]]  # one number for each seed


Condition = Callable[[Numbers], bool]


def always(numbers: Numbers) -> bool:
    """Ask for nothing besides."""
    return True


def above(of: str | Quantity, at_least: float, quantity: str, provided: Condition = always) -> Judging:
    """Judge by a lower bound for the interval of a quantity; see ``between``."""
    return between(of, at_least, inf, quantity, provided)


def below(of: str | Quantity, at_most: float, quantity: str, provided: Condition = always) -> Judging:
    """Judge by an upper bound for the interval of a quantity; see ``between``."""
    return between(of, -inf, at_most, quantity, provided)


def between(
    of: str | Quantity, at_least: float, at_most: float, quantity: str, provided: Condition = always
) -> Judging:
    """Judge by both bounds, and by what else has to be so where a sentence says two things.

    Args:
        of: the name of a number, or a function of all numbers that returns one for each seed.
        at_least: lower bound for the whole interval.
        at_most: upper bound for it.
        quantity: in words, with its unit.
        provided: what else has to hold.
    """

    def judge(numbers: Numbers) -> Found:
        values = numbers[of] if isinstance(of, str) else of(numbers)
        return Found(quantity, interval(values), at_least, at_most, provided(numbers))

    return judge


def minus(more: str, less: str) -> Quantity:
    """Return the differences of two measurements that share seed and split."""
    return lambda numbers: differences(numbers[more], numbers[less])


def over(some: str, others: str) -> Quantity:
    """Return the ratios of two measurements that share seed and split."""
    return lambda numbers: ratios(numbers[some], numbers[others])


@dataclass(eq=False)
class Claim:
    """A sentence and the experiment that could refute it.

    Attributes:
        id: unique in the book; the chapter's mark names it.
        room: the module in which it is registered, such as ``layers``.
        says: the sentence, complete by itself.
        opposite: the most tempting contrary sentence.
        settings: all that is measured.
        measure: takes a setting as keywords and returns named numbers.
        judging: by ``holds`` and ``opposed``, what one combination shows of the claim and of its opposite.
        where: whether a setting lies in the region of which the claim speaks; outside it is measured as well.
        bounds: words of ``says`` that name this region.
    """

    id: str
    room: str
    says: str
    opposite: str
    settings: list[dict[str, Any]]
    measure: Callable[..., dict[str, float]]
    judging: Mapping[str, Judging]
    where: Callable[[Setting], bool] | None = None
    bounds: tuple[str, ...] = ()

    @property
    def is_bounded(self) -> bool:
        return self.where is not None

    def is_inside(self, setting: Setting) -> bool:
        return self.where is None or self.where(setting)

    @property
    def varied(self) -> dict[str, list[Any]]:
        """The values of each thing that is varied, seeds among them, in the order of the settings."""
        names = self.settings[0]
        return {name: list(dict.fromkeys(setting[name] for setting in self.settings)) for name in names}

    def complaints(self) -> list[str]:
        """Return what keeps this from being a claim at all, as sentences."""
        varied = {name: values for name, values in self.varied.items() if len(values) > 1}
        found = []
        if len(varied.get("seed", ())) < LEAST_SEEDS:
            found.append(f"fewer than {LEAST_SEEDS} seeds")
        if len(varied.keys() - {"seed"}) < LEAST_VARIED:
            found.append(f"fewer than {LEAST_VARIED} things are varied besides the seed")
        if self.is_bounded != bool(self.bounds):
            found.append("a bounded claim has a region and words for it")
        found += [f"its sentence does not name its bound {bound!r}" for bound in self.bounds if bound not in self.says]
        return [f"{self.id}: {complaint}" for complaint in found]


REGISTERED: dict[str, Claim] = {}


def claim(
    name: str,
    *,
    says: str,
    opposite: str,
    varied: list[dict[str, Any]],
    holds: Judging,
    opposed: Judging,
    where: Callable[[Setting], bool] | None = None,
    bounds: Iterable[str] = (),
) -> Callable[[Callable[..., dict[str, float]]], Claim]:
    """Register the decorated experiment as a claim (see the module's text).

    Raises:
        ValueError: another claim has this name.
    """

    def register(measure: Callable[..., dict[str, float]]) -> Claim:
        if name in REGISTERED:
            raise ValueError(f"two claims are called {name}")
        room = measure.__module__.rpartition(".")[2]
        REGISTERED[name] = Claim(
            name, room, says, opposite, varied, measure, {"holds": holds, "opposed": opposed}, where, tuple(bounds)
        )
        return REGISTERED[name]

    return register


def grid(**values: Iterable[Any]) -> list[dict[str, Any]]:
    """Return every combination of the values as a setting, the last name turning fastest."""
    return [dict(zip(values, combination, strict=True)) for combination in product(*values.values())]


def interval(values: Iterable[float]) -> Interval:
    """Return the mean with its 95 % interval, by Student's t: the values are independent, one for each seed."""
    from scipy import stats

    sample = list(values)
    half = float(stats.t.ppf(0.975, len(sample) - 1)) * stdev(sample) / sqrt(len(sample))
    return Interval(mean(sample) - half, mean(sample), mean(sample) + half)


def paired(more: Iterable[float], less: Iterable[float]) -> Interval:
    """Return the interval of the differences of two measurements that share seed and split."""
    return interval(differences(more, less))


def differences(some: Iterable[float], others: Iterable[float]) -> list[float]:
    """Return each number minus the other of its seed."""
    return [one - other for one, other in zip(some, others, strict=True)]


def ratios(some: Iterable[float], others: Iterable[float]) -> list[float]:
    """Return each number over the other of its seed."""
    return [one / other for one, other in zip(some, others, strict=True)]
