"""Hidden checks of training: students see their titles and results alone."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.checks import Observation, Observations, attempt, between, check, normal, set_values, tried
from solutions.checks.training import (
    Net,
    RecordingLoader,
    TrainingLog,
    compared,
    config_of,
    layers,
    measured,
    numbered,
    points,
    said_of,
    who_is_right,
)


@check("batches", points=1, title="Other lengths than its own, and batches of nothing, are refused")
def misfits(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    images, labels = numbered(6)
    calls = {
        "6 images and 5 labels": lambda: list(names.batches(images, labels[:5], 2, False)),
        "5 images and 6 labels": lambda: list(names.batches(images[:5], labels, 2, True)),
        "batch_size=0": lambda: list(names.batches(images, labels, 0, False)),
        "batch_size=-1": lambda: list(names.batches(images, labels, -1, False)),
        "6 images and 6 labels": lambda: list(names.batches(images, labels, 2, False)),
        "5 images and 5 labels": lambda: list(names.batches(images[:5], labels[:5], 2, True)),
        "batch_size=3": lambda: list(names.batches(images, labels, 3, False)),
    }
    return tried(rng, calls)


@check(
    "Learner",
    points=1,
    title="valid_accuracy is the share that is classified correctly, in evaluation mode; it restores it",
)
@torch.enable_grad()
def accuracy(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return measured(names, rng, lambda learner: learner.valid_accuracy())


def losses_of(
    names: SimpleNamespace,
    initial: Mapping[str, Tensor],
    sets: Mapping[str, RecordingLoader],
    log: TrainingLog,
    *seeds: int | None,
) -> list[list[float]]:
    """Make a Learner for each seed, all from the same state, then fit one after the other.

    Return the losses of each, in training and validation.
    """
    learners = []
    for seed in seeds:
        model = Net(torch.Generator(), log)
        model.load_state_dict(initial)
        learners.append(names.Learner(config_of(names, model=model, lr=0.05, epochs=2, seed=seed), sets))
    histories = [learner.fit() for learner in learners]
    return [[float(loss) for loss in (*history.losses, *history.valid_losses)] for history in histories]


def are_equal(losses: Sequence[float], others: Sequence[float]) -> bool:
    """Return whether losses are equal but for rounding: sums of the same numbers in another order are."""
    return len(losses) == len(others) and all(abs(a - b) < 1e-6 for a, b in zip(losses, others, strict=True))


@check("Learner", points=1, title="fit sets the seed once, where there is one: the same seed repeats a run")
@torch.enable_grad()
def seeds(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """26 shuffled examples in two batches make 10,400,600 different epochs, and each run has two.

    So two runs that should differ have the same batches once in 10^14 runs; and with others four losses, which differ
    by hundredths, lie within a millionth of each other as seldom. Two epochs have one order once in 26!, less than once
    in 10^26.
    """
    log = TrainingLog()
    initial = Net(rng, log).state_dict()
    shuffled = {
        "train": RecordingLoader("train", log, *points(rng, 26), 13, shuffled=True),
        "valid": RecordingLoader("valid", log, *points(rng, 6), 6),
        "test": RecordingLoader("test", log, *points(rng, 6), 6),
    }
    first, again, seeded, repeated, *free = losses_of(names, initial, shuffled, log, 0, 0, 6, 6, None, None)
    anew = [losses_of(names, initial, shuffled, log, 0) for _ in range(2)]
    repeats = len(set(shuffled["train"].orders[:2])) == 1
    return {
        "two runs with seed 0 have equal losses": first == again,
        "two runs with seed 6 have equal losses": seeded == repeated,
        "two runs with seed 0 that are made anew have equal losses": anew[0] == anew[1],
        "runs with seeds 0 and 6 have equal losses": are_equal(first, seeded),
        "runs without a seed have equal losses": are_equal(*free),
        "with a seed, each epoch has the order of the first": repeats,
    }


@check("unmoved", points=1, title="It finds a layer that a real training program leaves out")
@torch.enable_grad()
def left_out(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """By a graph that is cut, by an optimizer that was given too little, and by ReLUs of which none is on.

    One of five is off in any case, so that some numbers of a parameter stay where others move.
    """
    observed: dict[str, Observation] = {}
    for what in ("nothing", "a graph that is cut before the last layer", "an optimizer without biases", "dead units"):
        body, head, x = layers(rng, 4, 5, 5), nn.Linear(5, 3), normal(rng, 6, 4)
        model = nn.ModuleDict({"body": body, "head": head})
        for parameter in head.parameters():
            set_values(parameter, normal(rng, *parameter.shape))
        is_off = torch.tensor([True] + [what == "dead units"] * 4)
        set_values(list(body.parameters())[3], torch.where(is_off, -99.0, 9.0))
        given = [p for name, p in model.named_parameters() if what[:2] != "an" or "weight" in name]
        optimizer = torch.optim.SGD(given, lr=0.1, momentum=0.9)

        def step(what: str = what, x: Tensor = x, body: Any = body, head: Any = head, by: Any = optimizer) -> None:
            hidden = body(x)
            by.zero_grad()
            F.cross_entropy(head(hidden.detach() if what[:7] == "a graph" else hidden), torch.arange(6) % 3).backward()
            by.step()

        observed[f"unmoved by {what}"] = said_of(names, model, step)
    return observed


@check("compare", points=2, title="p counts both directions and the split itself; without a difference it is 1")
def tails(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    more = between(4, 9, rng)
    splits = {"an even split": (more, more), "one more": (more, more + 1), "one side only": (0, more)}
    cases = {what: (20, *split, 4) for what, split in (splits | {"no difference": (0, 0)}).items()}
    return {
        f"A alone, B alone, p: {what}": attempt(partial(compared, names, *who_is_right(rng, *case)))
        for what, case in (cases | {"no example": (0, 0, 0, 0)}).items()
    }


@check("compare", points=1, title="Only examples that tell the models apart count, hundreds of them as well")
def many(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Both 2 to the power of 560 and its reciprocal are floats."""
    few = between(12, 15, rng), between(4, 6, rng)
    half = between(260, 270, rng)
    cases = {
        "of 40 examples": (15, *few, 3),
        "the same among 4,000, most of them easy": (3900, *few, 60),
        "the same among 4,000, most of them too hard": (40, *few, 3900),
        "of thousands, hundreds of which tell": (3000, half, 560 - half, 400),
    }
    return {f"A alone, B alone, p: {what}": compared(names, *who_is_right(rng, *case)) for what, case in cases.items()}
