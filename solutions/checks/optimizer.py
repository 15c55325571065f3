"""What the gradients and the steps of chapter 4 must do.

Nothing here is random but the inputs: the same seed gives a right answer the same numbers, up to rounding, which stays
far below the judge's tolerances. So a right answer cannot fail by chance.

The checks of Momentum set the gradients themselves, pass a list and leave alone what it inherits: an Optimizer that is
wrong costs its own points and not those of Momentum. `enable_grad` around a check ends what a step may have left
switched off, before the next check begins.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.checks import Observation, Observations, attempt, check, normal, ready_made, refusal, tried

AUTOGRAD = {"torch.autograd.grad": torch.autograd.grad, "torch.autograd.backward": torch.autograd.backward}
OPTIM = {"torch.optim.SGD": torch.optim.SGD.step, "torch.optim.Optimizer.zero_grad": torch.optim.Optimizer.zero_grad}
ready_made("backward_cross_entropy", AUTOGRAD)
ready_made("backward_linear", AUTOGRAD)
ready_made("backward_relu", AUTOGRAD)
ready_made("Optimizer", OPTIM)
ready_made("Momentum", OPTIM)


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


@check("numerical_gradient", points=1, hidden=True, title="A nudge of 0 or below is refused")
def nudge_refused(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    def f(x: Tensor) -> Tensor:
        return (x**3).sum()

    x = normal(rng, 3, dtype=torch.float64)
    return tried(
        rng, {f"eps = {eps}": partial(names.numerical_gradient, f, x, eps) for eps in (0.0, -0.001, 0.5, 0.25, 0.125)}
    )


@contextmanager
def no_autograd() -> Iterator[None]:
    """Record nothing, and refuse what autograd would keep for its way back where student code switches it on."""

    def refuse(tensor: Tensor) -> Tensor:
        raise RuntimeError("autograd has a part in it: it wants to keep a tensor for its way back")

    with torch.no_grad(), torch.autograd.graph.saved_tensors_hooks(refuse, refuse):
        yield


def guesses(
    rng: torch.Generator, examples: int, classes: int, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Return logits (B, C) and targets (B,)."""
    return 3 * normal(rng, examples, classes, dtype=dtype), torch.randint(classes, (examples,), generator=rng)


@check("backward_cross_entropy", points=1, title="It is the probability of each class, minus 1 for the right one")
def surprise(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """A single example: what is divided by the size of the batch is left alone."""
    return {
        f"gradient for one example and {classes} classes": attempt(
            partial(names.backward_cross_entropy, *guesses(rng, 1, classes))
        )
        for classes in (3, 10)
    }


@check("backward_cross_entropy", points=1, title="The loss is a mean, so that each example has a share of 1/B")
def shares(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """In the last batch no example is of the last class: C is what logits say, and not what the targets do."""
    logits, targets = guesses(rng, 6, 10)
    twice = torch.cat([logits, logits]), torch.cat([targets, targets])
    some, classes = guesses(rng, 9, 4)
    return {
        "gradient for a batch of 6": attempt(partial(names.backward_cross_entropy, logits, targets)),
        "gradient for the same batch twice": attempt(partial(names.backward_cross_entropy, *twice)),
        "gradient for 9 examples and 4 classes": attempt(partial(names.backward_cross_entropy, some, classes % 3)),
    }


@check("backward_cross_entropy", points=1, title="Logits of 10,000 and of -10,000 give finite gradients")
def huge_logits(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """In the first row the right class alone has a small logit, in the second it alone has a large one."""
    logits, targets = guesses(rng, 6, 5)
    signs, right = logits.sign(), 2 * nn.functional.one_hot(targets[:2], 5) - 1
    signs[0], signs[1] = -right[0], right[1]
    rows = torch.tensor([[1e4], [-1e4], [0.0], [1e4], [-1e4], [0.0]], dtype=torch.float64)
    given = {"of both signs": 1e4 * signs, "all large in one row, all small in the next": logits + rows}
    return {
        f"gradient for logits {name}": attempt(partial(names.backward_cross_entropy, x, targets))
        for name, x in given.items()
    }


@check(
    "backward_cross_entropy",
    points=1,
    hidden=True,
    title="Any batch, in float32 and float64, while nothing is recorded; the arguments keep their values",
)
def by_hand(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    for examples, classes, dtype in ((7, 10, torch.float32), (5, 5, torch.float64), (4, 2, torch.float64)):
        logits, targets = guesses(rng, examples, classes, dtype)
        what = f"{dtype}".removeprefix("torch.") + f" logits of shape ({examples}, {classes})"
        with no_autograd():
            observed[f"gradient for {what}"] = attempt(partial(names.backward_cross_entropy, logits, targets))
        observed[f"{what} afterwards"] = logits
        observed[f"targets afterwards, shape ({examples},)"] = targets
    return observed


def linear_inputs(
    rng: torch.Generator, batch: int, inputs: int, outputs: int, dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor]:
    """Return x, w and grad_out."""
    return (
        normal(rng, batch, inputs, dtype=dtype),
        normal(rng, inputs, outputs, dtype=dtype),
        normal(rng, batch, outputs, dtype=dtype),
    )


@check("backward_linear", points=1, title="The gradient of x sends each output's gradient back along its weights")
def gradient_of_x(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """As many inputs as outputs: a weight that should be transposed then gives numbers and no error."""
    return {"gradient of x for B = 5, I = 3, O = 3": names.backward_linear(*linear_inputs(rng, 5, 3, 3))[0]}


@check("backward_linear", points=1, title="The gradients of w and b add up what each example of the batch contributes")
def gradients_of_w_and_b(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """As many examples as inputs: an x that should be transposed then gives numbers and no error.

    Where there are more of them, to divide by the examples and to divide by the inputs are two things.
    """

    def part(which: int, given: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        gradient: Tensor = names.backward_linear(*given)[which]
        return gradient

    observed: dict[str, Observation] = {}
    for batch, inputs in ((4, 4), (7, 4)):
        given = linear_inputs(rng, batch, inputs, 3)
        for which, name in ((1, "w"), (2, "b")):
            observed[f"gradient of {name} for B = {batch}, I = {inputs}, O = 3"] = attempt(partial(part, which, given))
    return observed


@check(
    "backward_linear",
    points=1,
    hidden=True,
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


@check("backward_relu", points=1, title="The gradient passes where x is above 0; where x is below, or 0, nothing does")
def gate(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = torch.tensor([-1.0, 0.0, 1.0]).repeat(3)
    return {
        "gradient of x": attempt(partial(names.backward_relu, normal(rng, 4, 5), normal(rng, 4, 5))),
        "gradient of x at -1, 0, 1, three times": attempt(partial(names.backward_relu, x, normal(rng, 9))),
    }


@check("backward_relu", points=1, hidden=True, title="Any shape and floating dtype; the arguments keep their values")
def any_tensor(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    for shape, dtype in (((2, 3, 4), torch.float64), ((6,), torch.float64), ((), torch.float64), ((5,), torch.float16)):
        x, grad_out = shaped(rng, shape, dtype), shaped(rng, shape, dtype)
        what = f"{dtype} of shape {shape}"
        observed[f"gradient for {what}"] = attempt(partial(names.backward_relu, x, grad_out))
        observed[f"x, {what}, afterwards"] = x
        observed[f"grad_out, {what}, afterwards"] = grad_out
    return observed


def parameters(rng: torch.Generator, *shapes: tuple[int, ...]) -> list[nn.Parameter]:
    return [nn.Parameter(normal(rng, *shape)) for shape in shapes]


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


@check("Optimizer", points=1, title="A generator of parameters will do; one without a gradient is left alone")
@torch.enable_grad()
def given_parameters(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    params = parameters(rng, (3,), (2,))
    optimizer = names.Optimizer((p for p in params), 0.3)
    for name, value in steps(optimizer, params, rng, 2).items():
        observed[f"from a generator: {name}"] = value
    params = parameters(rng, (2,), (3,), (4,))
    leave_gradients(params[1:], rng)
    observed["a step where one has no gradient"] = done(names.Optimizer(params, 0.3).step)
    return observed | {f"afterwards, {k}": p for k, p in zip(("without", "with", "with, too"), params, strict=True)}


@check("Optimizer", points=1, title="zero_grad forgets every gradient and leaves the parameters alone")
@torch.enable_grad()
def forgetting(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """What has overflowed is forgotten, too: 0 times infinity is no zero."""
    params = parameters(rng, (3,), (2,), (4,))
    optimizer = names.Optimizer(params, 0.3)
    leave_gradients(params[:2], rng)
    params[1].grad = torch.tensor([math.inf, math.nan])
    observed: dict[str, Observation] = {"zero_grad where one has no gradient": done(optimizer.zero_grad)}
    for k, p in enumerate(params, start=1):
        observed[f"gradient {k} is None or zeros"] = p.grad is None or not bool(p.grad.any())
        observed[f"parameter {k} afterwards"] = p
    return observed


@check("Optimizer", points=1, hidden=True, title="No parameters, and a learning rate of 0 or below, are refused")
@torch.enable_grad()
def refusals(names: SimpleNamespace, rng: torch.Generator) -> Observations:
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
    return tried(rng, calls)


@check("Optimizer", points=1, hidden=True, title="It trains a model, and two optimizers do not disturb each other")
@torch.enable_grad()
def training(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    models = [nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)).double() for _ in range(2)]
    with torch.no_grad():
        for p in (p for model in models for p in model.parameters()):
            p.copy_(normal(rng, *p.shape))
    first, second = (names.Optimizer(model.parameters(), lr) for model, lr in zip(models, (0.1, 0.05), strict=True))
    x, target = normal(rng, 8, 4, dtype=torch.float64), normal(rng, 8, 2, dtype=torch.float64)
    for optimizer in (first, second, first, first):
        optimizer.zero_grad()
        for model in models:
            nn.functional.mse_loss(model(x), target).backward()
        optimizer.step()
    return {f"output of model {k}": model(x) for k, model in enumerate(models, start=1)}


@check("Momentum", points=1, title="Each step: v <- momentum * v + gradient, then p <- p - lr * v")
@torch.enable_grad()
def velocity(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    params = parameters(rng, (3, 2))
    optimizer = names.Momentum([*params], 0.3, 0.6)
    observed = steps(optimizer, params, rng, 3) | recorded_after(optimizer)
    params = [nn.Parameter(normal(rng, 4, dtype=torch.float64))]
    by_default = steps(names.Momentum([*params], 0.3), params, rng, 2)
    return observed | {f"float64, momentum as by default: {name}": value for name, value in by_default.items()}


@check(
    "Momentum",
    points=1,
    title="In place, each parameter with its own velocity, kept where a gradient is missing or forgotten",
)
@torch.enable_grad()
def own_velocities(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Two parameters of one shape: a velocity that they share gives numbers and no error."""
    params, of_second = parameters(rng, (3,), (3,)), parameters(rng, (3,), (3,))
    views = [p.detach() for p in params]
    optimizer, second = names.Momentum([*params], 0.3, 0.6), names.Momentum([*of_second], 0.3, 0.6)
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


@check("Momentum", points=1, hidden=True, title="Momentum 0 is gradient descent; below 0, and from 1 on, it is refused")
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
    }
