"""Claims: sentences of the book that an experiment can refute, each with its settings and its tempting opposite.

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

Where the page gives a reason, ``because`` says what the experiment does to the cause: it takes the cause away, and the
effect has to go, or brings it in alone, and the effect has to come.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import inf, sqrt
from statistics import mean, stdev
from typing import Any

Setting = Mapping[str, Any]
Numbers = Mapping[str, tuple[float, ...]]
LEAST_SEEDS, LEAST_VARIED = 5, 2
SEEDS = range(LEAST_SEEDS)


@dataclass(frozen=True)
class Interval:
    """A mean with the 95 % interval around it."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class BoundedInterval:
    """The interval of a quantity in one combination, and the bounds that all of it has to keep."""

    quantity: str  # in words, with its unit
    interval: Interval
    at_least: float = -inf
    at_most: float = inf
    provided: bool = True  # whether the other condition of a sentence that says two things is met

    @property
    def holds(self) -> bool:
        return self.provided and self.at_least <= self.interval.low and self.interval.high <= self.at_most


@dataclass(frozen=True)
class Quantity:
    """One number for each seed, computed from the named numbers of a combination; called what ``words`` say."""

    values: Callable[[Numbers], Iterable[float]]
    words: str = ""

    def __call__(self, numbers: Numbers) -> Iterable[float]:
        return self.values(numbers)


Bounds = Callable[[Numbers], BoundedInterval]
Condition = Callable[[Numbers], bool]


def between(
    of: str | Quantity, at_least: float, at_most: float, words: str = "", provided: Condition = lambda numbers: True
) -> Bounds:
    """Bound the whole interval of a quantity, or of a named number, whose ``words`` have its unit.

    ``provided`` is a condition that has to be met as well, where a sentence says two things.
    """
    quantity = of if isinstance(of, Quantity) else Quantity(lambda numbers: numbers[of])

    def bounded(numbers: Numbers) -> BoundedInterval:
        shown = interval(quantity(numbers))
        return BoundedInterval(words or quantity.words, shown, at_least, at_most, provided(numbers))

    return bounded


def above(of: str | Quantity, at_least: float, words: str = "", **condition: Condition) -> Bounds:
    """Bound the interval of a quantity from below; see ``between``."""
    return between(of, at_least, inf, words, **condition)


def below(of: str | Quantity, at_most: float, words: str = "", **condition: Condition) -> Bounds:
    """Bound the interval of a quantity from above; see ``between``."""
    return between(of, -inf, at_most, words, **condition)


def minus(more: str, less: str, words: str = "") -> Quantity:
    """Return the differences of two measurements that share seed and split."""
    return Quantity(lambda numbers: differences(numbers[more], numbers[less]), words)


def over(some: str, others: str, words: str = "") -> Quantity:
    """Return the ratios of two measurements that share seed and split."""
    return Quantity(lambda numbers: [a / b for a, b in zip(numbers[some], numbers[others], strict=True)], words)


@dataclass(eq=False)
class Claim:
    """A sentence and the experiment that could refute it.

    Attributes:
        id: unique in the book; the chapter's mark names it.
        room: the module in which it is registered, such as ``layers``.
        says: the sentence, complete by itself.
        opposite: the most tempting contrary sentence.
        measure: takes a setting as keywords and returns named numbers.
        holds: bounds for a combination where the claim holds.
        opposed: bounds for one where its opposite does.
        bounds: of the region that the claim is about: words of ``says`` that name each, and whether a setting keeps it.
            Settings outside of them are measured as well.
        because: what the experiment does to the cause that the page names; empty where it names none.
    """

    id: str
    room: str
    says: str
    opposite: str
    settings: list[dict[str, Any]]
    measure: Callable[..., dict[str, float]]
    holds: Bounds
    opposed: Bounds
    bounds: Mapping[str, Callable[[Setting], bool]] = field(default_factory=dict)
    because: str = ""

    def is_inside(self, setting: Setting) -> bool:
        return all(keeps(setting) for keeps in self.bounds.values())

    @property
    def varied(self) -> dict[str, list[Any]]:
        """The values of each thing that is varied, seeds among them, in the order of the settings."""
        names = self.settings[0]
        return {name: list(dict.fromkeys(setting[name] for setting in self.settings)) for name in names}

    def complaints(self) -> list[str]:
        """Return reasons why this cannot be a claim at all, as sentences."""
        varied = {name: values for name, values in self.varied.items() if len(values) > 1}
        faults = []
        if len(varied.get("seed", ())) < LEAST_SEEDS:
            faults.append(f"fewer than {LEAST_SEEDS} seeds")
        if len(varied.keys() - {"seed"}) < LEAST_VARIED:
            faults.append(f"fewer than {LEAST_VARIED} things are varied besides the seed")
        faults += [f"its sentence does not name its bound {bound!r}" for bound in self.bounds if bound not in self.says]
        return [f"{self.id}: {fault}" for fault in faults]


REGISTERED: dict[str, Claim] = {}


def claim(
    name: str,
    *,
    says: str,
    opposite: str,
    varied: list[dict[str, Any]],
    holds: Bounds,
    opposed: Bounds,
    bounds: Mapping[str, Callable[[Setting], bool]] | None = None,
    because: str = "",
) -> Callable[[Callable[..., dict[str, float]]], Claim]:
    """Register the decorated experiment as a claim (see the module's text).

    Raises:
        ValueError: another claim has this name.
    """

    def register(measure: Callable[..., dict[str, float]]) -> Claim:
        if name in REGISTERED:
            raise ValueError(f"two claims are called {name}")
        room = measure.__module__.rpartition(".")[2]
        REGISTERED[name] = Claim(name, room, says, opposite, varied, measure, holds, opposed, bounds or {}, because)
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
    """Return each number minus that of the same seed."""
    return [a - b for a, b in zip(some, others, strict=True)]
