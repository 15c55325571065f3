"""Hidden checks of dropout: students see their titles and results alone."""

import math
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checks import (
    Observation,
    Observations,
    attempt,
    between,
    check,
    modes_in_turn,
    normal,
    refusal,
    set_values,
    tried,
)
from solutions.checks.dropout import (
    CALLS,
    IMAGE,
    RecordingAffine,
    batches,
    different,
    doubtful_values,
    dropout_of_torch,
    fill,
    gap_of,
    in_words,
    lopsided,
    uniform,
)


@check("gap", points=1, title="Any network and any batches will do; sets without examples are refused")
def any_batches(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model = RecordingAffine(rng)
    seen, held = batches(rng, 6, 6, 6), batches(rng, 6, 6, 6, shift=4.0)  # the larger loss, whatever is drawn

    def same_from_generators() -> bool:
        from_lists = names.gap(model, lopsided, seen, held)
        return bool(names.gap(model, lopsided, iter(seen), (pair for pair in held)) == from_lists)

    network = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 3))  # in training mode it would learn from what it measures
    for parameter in network.parameters():
        set_values(parameter, normal(rng, *parameter.shape))
    observed: dict[str, Observation] = {
        "generators give the gap that lists give": attempt(same_from_generators),
        "gap of a network that normalises": attempt(lambda: gap_of(names, network, seen, held)),
        "its running means afterwards": network.get_buffer("0.running_mean"),
    }

    calls = {
        "nothing seen": partial(names.gap, model, lopsided, [], held),
        "nothing seen but a batch without examples": partial(names.gap, model, lopsided, batches(rng, 0), held),
        "nothing held back": partial(names.gap, model, lopsided, seen, []),
        "one batch of each": partial(names.gap, model, lopsided, seen[:1], held[:1]),
        "two batches of each": partial(names.gap, model, lopsided, seen[:2], held[:2]),
    }
    return observed | tried(rng, calls)


@check("Dropout", points=1, title="The gradient passes where the value passed, scaled alike")
def gradients(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Each of the two factors is missing among 2,000 elements less than once in 10^90 runs."""
    p = between(10, 40, rng) / 100
    x = (normal(rng, 2000) + 10).requires_grad_()
    y = names.Dropout(p)(x)
    slopes = normal(rng, 2000) + 10
    (y * slopes).sum().backward()
    gradient = x.grad if x.grad is not None else torch.zeros(2000)
    return {
        "x gets a gradient": x.grad is not None,
        f"the gradient is multiplied by, p = {p}": different(gradient / slopes),
        "value and gradient have the same factor": bool(torch.allclose(gradient / slopes, y.detach() / x.detach())),
    }


@check("Dropout", points=1, title="Any shape and floating dtype; x itself is left as it is")
def shapes_and_dtypes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """That x is unchanged is looked at after 400 elements: none is dropped with probability 2^-400."""

    def kind(layer: Any, x: Tensor) -> str:
        y = layer(x)
        return f"{str(y.dtype).removeprefix('torch.')} of shape {tuple(y.shape)}"

    shapes, dtypes = [(), (0,), (3, 4, 5), (2, 1, 28, 28)], (torch.float16, torch.float64)
    given = {f"x of shape {shape}": normal(rng, math.prod(shape)).reshape(shape) for shape in shapes}
    given |= {str(dtype).removeprefix("torch."): normal(rng, 6, 5, dtype=dtype) for dtype in dtypes}
    observed = {f"output for {what}": attempt(partial(kind, names.Dropout(0.5), x)) for what, x in given.items()}
    x = normal(rng, 400)
    names.Dropout(0.5)(x)
    return observed | {"x afterwards": x}


@check("Dropout", points=2, title="In a network, train() and eval() of the network decide")
def in_a_network(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """A right answer leaves 400 elements undropped with probability 2^-400."""
    network, x = nn.Sequential(nn.Sequential(names.Dropout(0.5))), normal(rng, 400)

    def drops() -> bool:
        # Each call has an x of its own: a layer that changes it would be caught here again.
        return any((network(x.clone()) == 0).any().item() for _ in range(CALLS))

    observed: dict[str, Observation] = {"it drops in a new network": drops()}
    for step, mode in enumerate([*modes_in_turn(rng), False, True, False], start=1):
        network.train(mode)
        observed[f"it drops after step {step}, {'train' if mode else 'eval'}()"] = drops()
    return observed


@check("Dropout", points=1, title="What is no probability is refused")
def refusals(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    impossible, possible = (-0.1, 1.1, -3, 20), (0.1, 0.4, 0.6, 0.9)
    return tried(rng, {f"Dropout({p})": partial(names.Dropout, p) for p in impossible + possible})


@check("Classifier", points=1, title="predictions takes one image of any of three shapes, and refuses all others")
def one_image(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    with dropout_of_torch(names):
        model = names.Classifier(1.0)
        fill(model, doubtful_values(rng))
        model.eval()
        x = uniform(rng, *IMAGE)

        def answer(*shape: int) -> Observation:
            return in_words(model.predictions(x.reshape(shape)))["probabilities"]

        observed = {f"for x of shape {s}": attempt(partial(answer, *s)) for s in [IMAGE, (1, *IMAGE), (1, 1, *IMAGE)]}
        others = [(2, *IMAGE), (3, 1, *IMAGE), (14, 56), (1, 56, 14)]
        return observed | {
            f"for x of shape {shape}": refusal(partial(model.predictions, uniform(rng, *shape))) for shape in others
        }
