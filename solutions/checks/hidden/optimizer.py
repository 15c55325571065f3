"""Hidden checks of optimizer: students see their titles and results alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checks import Observation, Observations, Raised, attempt, check, normal, refusal, set_values, tried
from solutions.checks.optimizer import (
    done,
    guesses,
    leave_gradients,
    linear_inputs,
    loss_and_gradients,
    network,
    parameters,
    steps,
)


@check(
    "numerical_gradient",
    points=1,
    title="It finds the gradient of a network's loss for a layer's weights; a nudge of 0 or below is refused",
)
def of_a_network(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x, w1, w2 = (normal(rng, *shape, dtype=torch.float64) for shape in ((6, 3), (3, 4), (4, 2)))
    targets = torch.tensor([0, 1, 1, 0, 1, 0])

    def loss(weights: Tensor) -> float:
        return nn.functional.cross_entropy((x @ weights).tanh() @ w2, targets).item()

    observed: dict[str, Observation] = {
        "gradient for the first of two layers": attempt(partial(names.numerical_gradient, loss, w1, 0.25))
    }
    calls = {
        f"eps = {eps}": partial(names.numerical_gradient, loss, w1, eps) for eps in (0.0, -0.001, 0.5, 0.25, 0.125)
    }
    return observed | tried(rng, calls)


@contextmanager
def no_autograd() -> Iterator[None]:
    """Record nothing, and refuse what autograd would keep for its way back where student code switches it on."""

    def refuse(tensor: Tensor) -> Tensor:
        raise RuntimeError("autograd has a part in it: it wants to keep a tensor for its way back")

    with torch.no_grad(), torch.autograd.graph.saved_tensors_hooks(refuse, refuse):
        yield


@check(
    "backward_cross_entropy",
    points=1,
    title="Any batch, in float32 and float64, while nothing is recorded; the arguments keep their values",
)
def by_hand(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    for examples, classes, dtype in ((7, 10, torch.float32), (5, 5, torch.float64), (4, 2, torch.float64)):
        logits, targets = guesses(rng, examples, classes, dtype)
        targets[-1] = classes - 1
        what = f"{dtype}".removeprefix("torch.") + f" logits of shape ({examples}, {classes})"
        with no_autograd():
            observed[f"gradient for {what}"] = attempt(partial(names.backward_cross_entropy, logits, targets))
        observed[f"{what} afterwards"] = logits
        observed[f"targets afterwards, shape ({examples},)"] = targets
    return observed


@check(
    "backward_linear",
    points=1,
    title="Any batch, any sizes, float64, while nothing is recorded; the arguments keep their values",
)
def any_sizes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    for batch, inputs, outputs in ((4, 4, 4), (1, 3, 2), (7, 1, 1)):
        given = linear_inputs(rng, batch, inputs, outputs, torch.float64)
        with no_autograd():
            gradients = names.backward_linear(*given)
        for name, argument, gradient in zip(("x", "w", "b"), given, gradients, strict=True):
            observed[f"gradient of {name} for B, I, O = {batch}, {inputs}, {outputs}"] = gradient
            observed[f"argument {'grad_out' if name == 'b' else name} afterwards, {batch}, {inputs}, {outputs}"] = (
                argument
            )
    return observed


@check("backward_network", points=1, title="Any depth: one layer alone, three, and five")
def any_depth(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """In the last batch no example is of the last class."""
    observed: dict[str, Observation] = {}
    for sizes in ((4, 3), (3, 5, 2, 3), (2, 4, 3, 5, 4, 3)):
        x, targets = normal(rng, 7, sizes[0], dtype=torch.float64), torch.tensor([0, 1, 1, 0, 1, 0, 0])
        observed |= loss_and_gradients(names, f"{len(sizes) - 1} layers", network(rng, sizes), x, targets)
    return observed


@check(
    "backward_network",
    points=1,
    title="By hand, in float32 and float64; the arguments keep their values, and no .grad is touched",
)
def arguments_kept(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The logits of the first batch are huge, of either sign, as its hidden units are on; one is off in both."""
    observed: dict[str, Observation] = {}
    for dtype, size in ((torch.float64, 1e4), (torch.float32, 1.0)):
        drawn = network(rng, (3, 4, 3), dtype)
        drawn[1] += 2
        drawn[1][0] = -20
        drawn[2] *= size
        layers = [nn.Parameter(tensor) for tensor in drawn]
        x, targets = normal(rng, 5, 3, dtype=dtype), torch.tensor([2, 0, 1, 1, 0])
        what = f"{dtype}".removeprefix("torch.")
        with no_autograd():
            observed |= loss_and_gradients(names, what, [*layers], x, targets)
        for name, tensor in zip(("w1", "b1", "w2", "b2", "x", "targets"), (*layers, x, targets), strict=True):
            observed[f"{what}: {name} afterwards"] = tensor
        observed[f"{what}: a .grad was left"] = any(layer.grad is not None for layer in layers)
    return observed


@check(
    "Optimizer",
    points=1,
    title="Two train two models from their generators; no parameters, and a rate of 0 or below, are refused",
)
@torch.enable_grad()
def training(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    models = [nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)).double() for _ in range(2)]
    for p in nn.ModuleList(models).parameters():
        set_values(p, normal(rng, *p.shape))
    x, target = normal(rng, 8, 4, dtype=torch.float64), normal(rng, 8, 2, dtype=torch.float64)

    def train() -> str:
        first, second = (names.Optimizer(model.parameters(), lr) for model, lr in zip(models, (0.1, 0.05), strict=True))
        for optimizer in (first, second, first, first):
            optimizer.zero_grad()
            for model in models:
                nn.functional.mse_loss(model(x), target).backward()
            optimizer.step()
        return "done"

    observed: dict[str, Observation] = {"four steps": attempt(train)}
    observed |= {f"output of model {k}": model(x) for k, model in enumerate(models, start=1)}
    params = parameters(rng, (2,))
    calls = {
        "Optimizer([], 0.1)": lambda: names.Optimizer([], 0.1),
        "Optimizer(iter([]), 0.1)": lambda: names.Optimizer(iter(()), 0.1),
        "Optimizer(params, 0)": lambda: names.Optimizer(params, 0),
        "Optimizer(params, -0.1)": lambda: names.Optimizer(params, -0.1),
        "Optimizer(params, 0.1)": lambda: names.Optimizer(params, 0.1),
        "Optimizer(params, 10.0)": lambda: names.Optimizer(params, 10.0),
        "Optimizer(iter(params), 0.1)": lambda: names.Optimizer(iter(params), 0.1),
    }
    return observed | tried(rng, calls)


def accepted(
    names: SimpleNamespace, make: Callable[[list[nn.Parameter], float], Any], params: list[nn.Parameter]
) -> dict[str, Observation]:
    """Name what is accepted and an Optimizer refuses; one that refuses nothing costs its own points alone.

    One that cannot be made, as it is not written, excuses nothing.
    """
    given: dict[str, tuple[list[nn.Parameter], float]]
    given = {"no parameters": ([], 0.3), "a rate of 0": (params, 0.0), "a rate of -0.1": (params, -0.1)}

    def refused(make: Callable[..., Any], what: str) -> bool:
        answer = refusal(partial(make, *given[what]))
        return isinstance(answer, Raised) and answer.is_refusal

    written = not isinstance(refusal(lambda: names.Optimizer([*params], 0.3)), Raised)
    excused = {what for what in given if written and not refused(names.Optimizer, what)}
    lost = [what for what in given if what not in excused and not refused(make, what)]
    return {"what an Optimizer refuses, and this does not": ", ".join(lost) or "nothing"}


@check("Momentum", points=1, title="Momentum 0 is gradient descent; below 0, and from 1 on, it is refused")
@torch.enable_grad()
def allowed_momentum(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    params = parameters(rng, (3,))
    return {
        "a parameter with momentum 0": attempt(
            lambda: list(steps(names.Momentum([*params], 0.3, 0.0), params, rng, 2).values())[-1]
        ),
        "momentum 1": refusal(lambda: names.Momentum([*params], 0.3, 1.0)),
        "momentum 1.5": refusal(lambda: names.Momentum([*params], 0.3, 1.5)),
        "momentum -0.1": refusal(lambda: names.Momentum([*params], 0.3, -0.1)),
    } | accepted(names, names.Momentum, params)


@check(
    "Adam",
    points=1,
    title="Its defaults are 0.001, (0.9, 0.999) and 1e-8; a beta of 0 is allowed, below 0 and from 1 on it is refused",
)
@torch.enable_grad()
def settings(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """In float64, with a gradient of 0, and one so small that eps counts; after it a step can be longer than lr.

    One stays at 0.0001: its square is the eps of the defaults, which under the root would count as much as it does.
    """
    params = [nn.Parameter(normal(rng, 4, dtype=torch.float64))]
    observed: dict[str, Observation] = {}
    for name, optimizer in {
        "by default": attempt(lambda: names.Adam([*params])),
        "betas 0 and 0.9": attempt(lambda: names.Adam([*params], 0.3, (0.0, 0.9))),
    }.items():
        for step, size in enumerate((1.0, 1e-8, 30.0), start=1):
            leave_gradients(params, rng, size)
            params[0].grad[:2] = torch.tensor([0, 1e-4])  # type: ignore[index]
            observed[f"{name}, step {step}"] = attempt(lambda optimizer=optimizer: done(optimizer.step))  # type: ignore[misc]
            observed[f"{name}, parameter after step {step}"] = params[0].detach().clone()
    for betas in ((1.0, 0.999), (0.9, 1.0), (-0.1, 0.999), (0.9, -0.1), (0.0, 0.0)):
        observed[f"betas {betas}"] = refusal(lambda betas=betas: names.Adam([*params], 0.3, betas))  # type: ignore[misc]
    return observed | accepted(names, names.Adam, params)
