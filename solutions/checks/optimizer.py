"""What the gradients and the steps of chapter 4 must do.

Nothing here is random but the inputs: the same seed gives a right answer the same numbers, up to rounding, which stays
far below the judge's tolerances. So a right answer cannot fail by chance.

The checks of Momentum and Adam set the gradients themselves, pass a list and leave alone what these inherit: an
Optimizer that is wrong costs its own points and not theirs. `enable_grad` around a check ends what a step may have left
switched off, before the next check begins.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checks import (
    Observation,
    Observations,
    Raised,
    attempt,
    check,
    normal,
    ready_made,
    set_values,
    student_line,
)

AUTOGRAD = {"torch.autograd.grad": torch.autograd.grad, "torch.autograd.backward": torch.autograd.backward}
OPTIM = {"torch.optim.SGD": torch.optim.SGD.step, "torch.optim.Optimizer.zero_grad": torch.optim.Optimizer.zero_grad}
ready_made("backward_cross_entropy", AUTOGRAD)
ready_made("backward_linear", AUTOGRAD)
ready_made("backward_network", AUTOGRAD)
ready_made("Optimizer", OPTIM)
ready_made("Momentum", OPTIM)
ready_made("Adam", OPTIM | {"torch.optim.Adam": torch.optim.Adam.step})


@check("numerical_gradient", points=1, title="Each element is nudged up and down, the others stay where they are")
def central_differences(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The third powers give central differences an error of their own, so that a better method is told apart, too.

    So is a nudge that grows with the element: the first row lies far from 0.
    """
    x, factors = normal(rng, 3, 2, dtype=torch.float64), normal(rng, 3, 2, dtype=torch.float64)
    x[0] += 4 * x[0].sign()

    def f(x: Tensor) -> Tensor:
        return (factors * x**3).sum() + x.sum() ** 3

    return {
        f"gradient with eps = {eps}": attempt(partial(names.numerical_gradient, f, x.clone(), eps))
        for eps in (0.5, 0.125)
    }


def shaped(rng: torch.Generator, shape: tuple[int, ...], dtype: torch.dtype = torch.float64) -> Tensor:
    """Draw a tensor of any shape, () included."""
    return normal(rng, math.prod(shape), dtype=dtype).reshape(shape)


@check("numerical_gradient", points=1, title="It calculates in float64, for any shape and dtype of x, which is kept")
def in_float64(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """With eps = 1e-4 float64 rounds the result by some 1e-12, and float32 by some 1e-3.

    A transposed x is one whose elements do not lie in a row: what flattens it nudges a copy.
    """
    seen = set()

    def sines(x: Tensor) -> float:
        seen.add(str(x.dtype))
        return float(x.sin().sum())

    def f(x: Tensor) -> Tensor:
        return (x**3).sum() + x.sum() ** 2

    observed: dict[str, Observation] = {
        "gradient with eps = 1e-4": attempt(lambda: names.numerical_gradient(sines, normal(rng, 4), 1e-4)),
        "what f is given": ", ".join(sorted(seen)),
    }
    given = {f"x of shape {shape}": shaped(rng, shape) for shape in ((2, 1, 3), (), (1,))}
    given |= {"a transposed x": shaped(rng, (3, 2)).T, "a transposed x in float32": shaped(rng, (2, 3)).float().T}
    for what, x in given.items():
        observed[f"gradient for {what}"] = attempt(partial(names.numerical_gradient, f, x, 0.25))
        observed[f"{what} afterwards"] = x
    return observed


def guesses(
    rng: torch.Generator, examples: int, classes: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Return logits (B, C) and targets (B,)."""
    return 3 * normal(rng, examples, classes, dtype=dtype), torch.randint(classes, (examples,), generator=rng)


@check(
    "backward_cross_entropy",
    points=1,
    title="It is the probability of each class, minus 1 for the right one; each example has a share of 1/B",
)
def surprise_and_shares(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """A single example leaves alone what is divided by the size of the batch.

    In the last batch no example is of the last class: C is what logits say, and not what the targets do.
    """
    logits, targets = guesses(rng, 6, 10)
    some, classes = guesses(rng, 9, 4)
    given = {
        "one example and 3 classes": guesses(rng, 1, 3),
        "one example and 10 classes": guesses(rng, 1, 10),
        "a batch of 6": (logits, targets),
        "the same batch twice": (torch.cat([logits, logits]), torch.cat([targets, targets])),
        "9 examples and 4 classes": (some, classes % 3),
    }
    return {
        f"gradient for {what}": attempt(partial(names.backward_cross_entropy, *batch)) for what, batch in given.items()
    }


@check("backward_cross_entropy", points=1, title="Logits of 10,000 and of -10,000 give finite gradients")
def huge_logits(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """In the first row the right class alone has a small logit, in the second it alone has a large one.

    Here and below an example is of the last class: whether C is asked of the targets is seen above, at every seed.
    """
    logits, targets = guesses(rng, 6, 5)
    targets[-1] = 4
    signs, right = logits.sign(), 2 * nn.functional.one_hot(targets[:2], 5) - 1
    signs[0], signs[1] = -right[0], right[1]
    rows = torch.tensor([[1e4], [-1e4], [0.0], [1e4], [-1e4], [0.0]], dtype=torch.float64)
    given = {"of both signs": 1e4 * signs, "all large in one row, all small in the next": logits + rows}
    return {
        f"gradient for logits {name}": attempt(partial(names.backward_cross_entropy, x, targets))
        for name, x in given.items()
    }


def linear_inputs(
    rng: torch.Generator, batch: int, inputs: int, outputs: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor]:
    """Return x, w and grad_out."""
    return (
        normal(rng, batch, inputs, dtype=dtype),
        normal(rng, inputs, outputs, dtype=dtype),
        normal(rng, batch, outputs, dtype=dtype),
    )


@check(
    "backward_linear",
    points=1,
    title="x collects from its outputs along their weights, w and b add up the examples of the batch",
)
def gradients_of_a_layer(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """With equal sizes, what should be transposed gives numbers and no error.

    Where there are more examples than inputs, to divide by the ones and to divide by the others are two things.
    """

    def part(which: int, given: tuple[Tensor, Tensor, Tensor]) -> Any:
        return names.backward_linear(*given)[which]

    observed: dict[str, Observation] = {}
    for sizes, parts in (((5, 3, 3), "x"), ((4, 4, 3), "wb"), ((7, 4, 3), "wb")):
        given = linear_inputs(rng, *sizes)
        for name in parts:
            what = f"gradient of {name} for B, I, O = {', '.join(map(str, sizes))}"
            observed[what] = attempt(partial(part, "xwb".index(name), given))
    return observed


def network(rng: torch.Generator, sizes: Sequence[int], dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Return weights and biases in turn; the first unit's are 0, so that its ReLU stands at its corner."""
    drawn: list[Tensor] = []
    for given, units in pairwise(sizes):
        drawn += [normal(rng, given, units, dtype=dtype), normal(rng, units, dtype=dtype)]
    if len(sizes) > 2:
        drawn[0][:, 0] = drawn[1][0] = 0
    return drawn


def loss_and_gradients(
    names: SimpleNamespace, what: str, layers: list[Tensor], x: Tensor, targets: Tensor
) -> dict[str, Observation]:
    """Return the loss, a number of any kind, and each gradient by what it belongs to."""
    try:
        loss, gradients = names.backward_network(layers, x, targets)
    except Exception as error:
        return {f"{what}: loss": Raised.of(error, student_line(error))}

    def gradient(at: int) -> Any:
        return gradients[at].detach()

    observed: dict[str, Observation] = {f"{what}: loss": attempt(lambda: torch.tensor(float(loss)))}
    observed[f"{what}: how many gradients"] = attempt(lambda: len(gradients))
    for at in range(len(layers)):
        observed[f"{what}: gradient of {'wb'[at % 2]}{at // 2 + 1}"] = attempt(partial(gradient, at))
    return observed


@check(
    "backward_network",
    points=1,
    title="The loss of a network of two layers, and the gradient of each weight and each bias",
)
def two_layers(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Second a network of equal sizes, as many as the batch: what should be transposed gives numbers and no error."""
    observed: dict[str, Observation] = {}
    for sizes, examples in (((3, 5, 4), 6), ((4, 4, 4), 4)):
        x, targets = normal(rng, examples, sizes[0], dtype=torch.float64), torch.arange(examples) % 4
        observed |= loss_and_gradients(names, f"sizes {sizes}", network(rng, sizes), x, targets)
    return observed


def parameters(rng: torch.Generator, *shapes: tuple[int, ...]) -> list[nn.Parameter]:
    return [nn.Parameter(normal(rng, *shape)) for shape in shapes]


def far_from_0(params: list[nn.Parameter]) -> list[nn.Parameter]:
    """Move each element away from 0, where it would show in which order an answer rounds; return the parameters."""
    for p in params:
        set_values(p, p + 2 * p.sign())
    return params


def leave_gradients(params: Sequence[nn.Parameter], rng: torch.Generator, size: float = 1) -> None:
    """Leave a new gradient at each parameter, as backward() would."""
    for p in params:
        p.grad = size * normal(rng, *p.shape, dtype=p.dtype)


def done(action: Callable[[], object]) -> Observation:
    """Return the error that an action raises, or that it is done; what it returns is free."""

    def act() -> str:
        action()
        return "done"

    return attempt(act)


def steps(
    optimizer: Any, params: Sequence[nn.Parameter], rng: torch.Generator, number: int, size: float = 1
) -> dict[str, Observation]:
    """Take steps along new gradients and return each parameter after each of them."""
    observed: dict[str, Observation] = {}
    for step in range(1, number + 1):
        leave_gradients(params, rng, size)
        optimizer.step()
        observed |= {f"parameter {k} after step {step}": p.detach().clone() for k, p in enumerate(params, start=1)}
    return observed


def recorded_after(optimizer: Any) -> dict[str, Observation]:
    """Take a step where autograd records, and one where it does not, and tell which it does afterwards."""
    observed: dict[str, Observation] = {}
    for recording in (True, False):
        with torch.set_grad_enabled(recording):
            optimizer.step()
            where = "is" if recording else "is not"
            observed[f"autograd records after a step where it {where} on"] = torch.is_grad_enabled()
    return observed


@check("Optimizer", points=1, title="A step moves each parameter by -lr * gradient, in place and unrecorded")
@torch.enable_grad()
def gradient_step(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The gradients are long ones: who clips them moves less."""
    params = parameters(rng, (3, 2), (4,))
    views = [p.detach() for p in params]
    optimizer = names.Optimizer(params, 0.3)
    observed = steps(optimizer, params, rng, 2, size=100)
    for k, (p, view) in enumerate(zip(params, views, strict=True), start=1):
        observed[f"gradient {k} afterwards"] = p.grad
        observed[f"a view of the memory of parameter {k}"] = view
        observed[f"parameter {k} asks for gradients"] = p.requires_grad and p.is_leaf
    return observed | recorded_after(optimizer)


@check(
    "Optimizer",
    points=1,
    title="A parameter without a gradient is left alone; zero_grad forgets every gradient, and nothing else",
)
@torch.enable_grad()
def missing_and_forgotten(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """What has overflowed is forgotten, too: 0 times infinity is no zero."""
    params = parameters(rng, (2,), (3,), (4,))
    leave_gradients(params[1:], rng)
    observed: dict[str, Observation] = {"a step where one has no gradient": done(names.Optimizer(params, 0.3).step)}
    for which, p in zip(("without", "with", "with, too"), params, strict=True):
        observed[f"after the step, {which}"] = p.detach().clone()
    params[0].grad, params[1].grad, params[2].grad = torch.ones(2), None, torch.tensor([math.inf, math.nan, 1.0, 0.0])
    observed["zero_grad where one has no gradient"] = done(names.Optimizer(params, 0.3).zero_grad)
    for k, p in enumerate(params, start=1):
        observed[f"gradient {k} is None or zeros"] = p.grad is None or not bool(p.grad.any())
        observed[f"parameter {k} after zero_grad"] = p
    return observed


def with_a_state_of_its_own(
    make: Callable[[list[nn.Parameter]], Any],
    params: list[nn.Parameter],
    of_second: list[nn.Parameter],
    rng: torch.Generator,
) -> Observations:
    """Observe an optimizer beside a second one, and where the first parameter has no gradient for two steps."""
    views = [p.detach() for p in params]
    optimizer, second = make([*params]), make([*of_second])
    leave_gradients([*params, *of_second], rng)
    optimizer.step()
    optimizer.step()
    second.step()
    observed: dict[str, Observation] = {}
    for k, (p, view) in enumerate(zip(params, views, strict=True), start=1):
        observed[f"view of parameter {k} after two steps"] = view
        observed[f"gradient {k} afterwards"] = p.grad
    observed |= {f"parameter {k} of a second optimizer": p.detach().clone() for k, p in enumerate(of_second, start=1)}
    if "zero_grad" in vars(type(optimizer)):  # one that it inherits is the matter of the Optimizer
        optimizer.zero_grad()
    for step, has_gradient in enumerate((True, False, False, True), start=3):
        leave_gradients(params, rng)
        if not has_gradient:
            params[0].grad = None
        observed[f"step {step}"] = done(optimizer.step)
        observed |= {f"parameter {k} after step {step}": p.detach().clone() for k, p in enumerate(params, start=1)}
    return observed


def from_a_generator(
    names: SimpleNamespace, make: Callable[[Iterable[nn.Parameter]], Any], rng: torch.Generator
) -> dict[str, Observation]:
    """Observe whether a step moves a parameter that came out of a generator, which can be read only once.

    An Optimizer that keeps the generator itself costs its own points alone: what is derived from it gets a list then.
    One that cannot be made, as it is not written, is no matter of a class that does without it.
    """
    params = far_from_0(parameters(rng, (3,)))

    def stepped() -> Tensor:
        kept = getattr(attempt(lambda: names.Optimizer(iter(params), 0.3)), "params", None)
        optimizer = make(params if isinstance(kept, Iterator) else iter(params))
        leave_gradients(params, rng)
        optimizer.step()
        return params[0].detach().clone()

    return {"a parameter from a generator, after a step": attempt(stepped)}


@check("Momentum", points=1, title="Each step: v <- momentum * v + gradient, then p <- p - lr * v")
@torch.enable_grad()
def velocity(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    params = parameters(rng, (3, 2))
    optimizer = names.Momentum([*params], 0.3, 0.6)
    observed = steps(optimizer, params, rng, 3) | recorded_after(optimizer)
    params = [nn.Parameter(normal(rng, 4, dtype=torch.float64))]
    by_default = steps(names.Momentum([*params], 0.3), params, rng, 2)
    observed |= {f"float64, momentum as by default: {name}": value for name, value in by_default.items()}
    return observed | from_a_generator(names, lambda chosen: names.Momentum(chosen, 0.3, 0.6), rng)


@check(
    "Momentum",
    points=1,
    title="In place, each parameter with its own velocity, kept where a gradient is missing or forgotten",
)
@torch.enable_grad()
def own_velocities(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Two parameters of one shape: a velocity that they share gives numbers and no error."""
    params, of_second = parameters(rng, (3,), (3,)), parameters(rng, (3,), (3,))
    return with_a_state_of_its_own(lambda chosen: names.Momentum(chosen, 0.3, 0.6), params, of_second, rng)


@check("Adam", points=1, title="Each element moves by the mean of its gradients, over the root of their mean square")
@torch.enable_grad()
def by_signal_and_noise(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Large gradients and small ones: the first steps are of one length. An eps of 0.5 shows where it is added."""
    params = far_from_0(parameters(rng, (3, 2), (4,)))
    observed = steps(names.Adam([*params], 0.3), params[:1], rng, 3, size=100)
    optimizer = names.Adam([*params], lr=0.3, betas=(0.6, 0.8), eps=0.5)
    observed |= {f"betas 0.6, 0.8 and eps 0.5: {name}": p for name, p in steps(optimizer, params, rng, 3).items()}
    observed |= recorded_after(optimizer)
    return observed | from_a_generator(names, lambda chosen: names.Adam(chosen, 0.3), rng)


@check(
    "Adam",
    points=1,
    title="In place, each parameter with its own means and its own t, kept where a gradient is missing",
)
@torch.enable_grad()
def own_means(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Two parameters of one shape: means that they share give numbers and no error."""
    params, of_second = (far_from_0(parameters(rng, (3,), (3,))) for _ in range(2))
    return with_a_state_of_its_own(lambda chosen: names.Adam(chosen, 0.3), params, of_second, rng)
