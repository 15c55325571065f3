"""What the layers of chapter 2 must do."""

from collections.abc import Iterable
from copy import deepcopy
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn

from autograder.arrays import python_numbers
from autograder.checks import (
    Notes,
    Observation,
    Observations,
    Sample,
    attempt,
    between,
    check,
    descend,
    modes_in_turn,
    normal,
    ready_made,
    set_values,
)
from solutions.checks._traced import TRACED

ready_made("Linear", TRACED | {"nn.Linear": nn.Linear.forward})
ready_made("Flatten", TRACED | {"nn.Flatten": nn.Flatten.forward})
ready_made("Sequential", TRACED | {"nn.Sequential": nn.Sequential.__init__})
ready_made(
    "cross_entropy",
    TRACED
    | {"nn.CrossEntropyLoss": nn.CrossEntropyLoss.forward, "nn.functional.cross_entropy": nn.functional.cross_entropy}
    | {"nn.NLLLoss": nn.NLLLoss.forward, "nn.functional.nll_loss": nn.functional.nll_loss},
)


def filled_linear(names: SimpleNamespace, rng: torch.Generator, in_features: int, out_features: int) -> Any:
    """Return the student's layer with weights and bias from the check's generator."""
    layer = names.Linear(in_features, out_features)
    set_values(part(layer, "weight"), normal(rng, in_features, out_features))
    set_values(part(layer, "bias"), normal(rng, out_features))
    return layer


def part(layer: nn.Module, name: str) -> Any:
    """Return the layer's weight or bias; the error says where its parameters are, which tells one reason from another.

    Raises:
        AttributeError: it has none.
    """
    if hasattr(layer, name):
        return getattr(layer, name)
    own = [called for called, _ in layer.named_parameters(recurse=False)]
    inside = "its parameters are those of a layer inside it" if [*layer.parameters()] else "it has no parameters"
    there = f"its parameters are called {' and '.join(own)}" if own else inside
    raise AttributeError(f"'Linear' object has no attribute '{name}': {there}")


def two_sizes(rng: torch.Generator, low: int, high: int) -> tuple[int, int]:
    """Draw two different whole numbers, so that one in the other's place shows."""
    first, second = (torch.randperm(high - low + 1, generator=rng)[:2] + low).tolist()
    return first, second


def outputs(layer: nn.Module, rng: torch.Generator, *shapes: tuple[int, ...]) -> dict[str, Observation]:
    """Return what the layer makes of a random input of each shape."""
    return {f"output for x of shape {shape}": attempt(partial(layer, normal(rng, *shape))) for shape in shapes}


@check("Linear", points=1, title="Weight (in, out) and bias (out,) are parameters that training and saving reach")
def parameters(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = names.Linear(*two_sizes(rng, 2, 9))
    observed: dict[str, Observation] = {
        "shape of weight": attempt(lambda: str(tuple(part(layer, "weight").shape))),
        "shape of bias": attempt(lambda: str(tuple(part(layer, "bias").shape))),
        "shapes in parameters()": str(sorted(tuple(parameter.shape) for parameter in layer.parameters())),
        "dtypes": str(sorted({str(parameter.dtype) for parameter in layer.parameters()})),
    }

    def both(layer: Any) -> Tensor:
        return torch.cat([layer.weight.flatten(), layer.bias.flatten()])

    def trained() -> Tensor:
        layer = filled_linear(names, rng, 5, 3)
        for _ in range(2):
            descend(layer, both(layer).square().sum(), lr=0.1)
        return both(layer)

    def loaded() -> Tensor:
        saved, copy = filled_linear(names, rng, 5, 3), names.Linear(5, 3)
        copy.load_state_dict(saved.state_dict())
        return both(copy)

    observed["weight and bias after two steps of descent"] = attempt(trained)
    return observed | {"weight and bias of a layer that loads a saved state": attempt(loaded)}


@check("Linear", points=1, title="The output is x @ weight + bias, for any leading dimensions and in float64 too")
def affine_map(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = filled_linear(names, rng, 5, 3)
    x = normal(rng, 4, 5)
    observed: dict[str, Observation] = {"output": layer(x), "x afterwards": x}
    observed |= outputs(layer, rng, (2, 4, 5), (2, 1, 5), (5,), (0, 5), (1, 5))
    leaf, weights = normal(rng, 4, 5).requires_grad_(), normal(rng, 4, 3)
    (layer(leaf) * weights).sum().backward()
    gradients = {"weight": layer.weight.grad, "bias": layer.bias.grad, "x": leaf.grad}
    # Copies: a layer that is made float64 below takes its gradients with it, and they were computed in float32.
    observed |= {f"gradient of {name}": deepcopy(gradient) for name, gradient in gradients.items()}
    return observed | {"output in float64": attempt(lambda: layer.double()(normal(rng, 4, 5, dtype=torch.float64)))}


def beside_std(weights: Tensor, std: float) -> str:
    """Say whether weights have a standard deviation, to 4 %; of 13,500 right ones wrongly less than once in 10^10."""
    square = float((weights / std).square().mean())  # chi-squared, divided by its degrees of freedom
    return "std" if abs(square - 1) < 0.08 else "more than std" if square > 1 else "less than std"


@check("Linear", points=1, title="Weights start as normal draws with standard deviation std, the bias at zero")
def initial_values(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """13,500 draws a layer or more, two samples: a right answer fails less than 5 times in 10^10 runs.

    As distributions (see ``comparison``) samples pass whose std is off by 13 %, so their std is asked, too.

    So many more outputs than inputs tell rules apart that look at one of the two, or at both. Of a normal distribution
    none lies beyond 2.5 standard deviations but once in 10^70 runs; of one that is cut off at two, none ever does.
    """
    std = float(torch.rand((), generator=rng)) * 0.3 + 0.2
    sizes = between(30, 40, rng), between(450, 500, rng)
    first, second, default = names.Linear(*sizes, std), names.Linear(*sizes, std), names.Linear(*sizes)
    return {
        "weights for a std that was passed": Sample(part(first, "weight").flatten()),
        "weights for the default std": Sample(default.weight.flatten()),
        "standard deviation of the weights": attempt(lambda: beside_std(part(first, "weight"), std)),
        "standard deviation of the weights by default": attempt(lambda: beside_std(part(default, "weight"), 0.1)),
        "some weights lie beyond 2.5 std": bool((first.weight.abs() > 2.5 * std).any()),
        "two new layers are equal": torch.equal(first.weight, second.weight),
        # In order of size: which of the two are rows is not asked here.
        f"different rows and columns of weights for {sizes}": attempt(
            lambda: str(sorted(first.weight.unique(dim=dim).shape[dim] for dim in (0, 1)))
        ),
        "bias": attempt(lambda: part(first, "bias").flatten()),
    }


@check("Flatten", points=1, title="Each example becomes one row")
def rows(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x, channels = normal(rng, 3, 4, 5), normal(rng, 3, 2, 4, 5)
    return {
        "output": names.Flatten()(x),
        "x afterwards": x,
        "output for images of two channels": attempt(lambda: names.Flatten()(channels)),
    }


@check("Flatten", points=1, title="A tensor that is not contiguous is flattened too, of any shape; gradients flow back")
def not_contiguous(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    flatten, leaf, weights = names.Flatten(), normal(rng, 3, 4, 5).requires_grad_(), normal(rng, 3, 20)

    def gradient() -> Observation:
        (flatten(leaf) * weights).sum().backward()
        return leaf.grad

    return outputs(flatten, rng, (1, 28, 28), (2, 3, 4, 5), (6, 7)) | {
        "output for a transposed x": flatten(normal(rng, 3, 4, 5).transpose(1, 2)),
        "output for uint8": attempt(lambda: flatten(torch.randint(256, (3, 4, 5), generator=rng, dtype=torch.uint8))),
        "gradient of x": attempt(gradient),
    }


def three_layers(rng: torch.Generator, sizes: tuple[int, int, int] = (4, 6, 3)) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Linear(sizes[0], sizes[1]), nn.Tanh(), nn.Linear(sizes[1], sizes[2])]
    for layer in layers:
        for parameter in layer.parameters():
            set_values(parameter, normal(rng, *parameter.shape))
    return layers


@check(
    "Sequential",
    points=1,
    title="Layers are applied in order; training, modes, to() and state_dict() reach each",
)
def order(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    # Sizes that fit in any order: a wrong one shows in the numbers, where an error would hide which it is.
    three, shared, x = three_layers(rng, (4, 4, 4)), three_layers(rng, (4, 4, 4))[0], normal(rng, 5, 4)
    dozen = [layer for _ in range(4) for layer in three_layers(rng, (4, 4, 4))]
    images = normal(rng, 5, 2, 2)
    return {
        "output": names.Sequential(*three)(x),
        "output with one layer in two places": attempt(lambda: names.Sequential(shared, nn.Tanh(), shared)(x)),
        "output of twelve layers": attempt(lambda: names.Sequential(*dozen)(x)),
        "output for images, which the first layer flattens": attempt(
            lambda: names.Sequential(nn.Flatten(), *three)(images)
        ),
        "output without layers": attempt(lambda: names.Sequential()(x)),
    } | reach(names, rng)


def reach(names: SimpleNamespace, rng: torch.Generator) -> dict[str, Observation]:
    """Return what training, modes, dtypes and saved states do to the layers of the student's container."""
    # Sizes that fit in any order, as above.
    size = between(2, 9, rng)
    three = partial(three_layers, rng, (size, size, size))
    layers = three()
    model = names.Sequential(*layers)
    observed: dict[str, Observation] = {
        "numbers in parameters()": sum(parameter.numel() for parameter in model.parameters())
    }
    for call in ("eval", "train"):
        getattr(model, call)()
        observed[f"training, layer by layer, after {call}()"] = str([layer.training for layer in layers])
    held = set(map(id, model.modules()))
    observed["it holds the layers that were passed"] = all(id(layer) in held for layer in layers)
    trained, copied = names.Sequential(*three()), names.Sequential(*three())
    x, target = normal(rng, 8, size), normal(rng, 8, size)
    for _ in range(2):
        descend(trained, nn.functional.mse_loss(trained(x), target), lr=0.1)
    observed["output after two steps"] = trained(x)
    copied.load_state_dict(trained.state_dict())
    # Of its own: steps in float32 round otherwise in another process, by more than float64 is compared with.
    precise = names.Sequential(*three())
    return observed | {
        "output of a container that loads the state": copied(x),
        "output in float64": attempt(lambda: precise.to(torch.float64)(x.double())),
    }


def rms(x: Tensor) -> float:
    return x.square().mean().sqrt().item()


def offset_network(rng: torch.Generator) -> nn.Sequential:
    """Return square layers with large biases, so that an RMS is neither a standard deviation nor a mean."""
    first, _, last = three_layers(rng, (5, 5, 5))
    return nn.Sequential(first, nn.Softplus(), last)


def measured(names: SimpleNamespace, model: Iterable[nn.Module], x: Tensor) -> Observation:
    """Return what the student's function measures, or in words what it returns in place of floats."""
    return floats(list(names.rms_through(model, x)), "layer")


def floats(numbers: list[Any], of: str) -> Observation:
    """Return Python floats as they are compared, or in words what stands in their place."""
    if any(isinstance(number, list) or getattr(number, "ndim", 0) for number in numbers):
        return f"several numbers for one {of}"
    kinds = ", ".join(sorted({type(number).__name__ for number in numbers if not isinstance(number, float)}))
    return f"numbers of the kind {kinds}" if kinds else python_numbers(numbers)


class ModeRecorder(nn.Module):
    """Notes the mode in which it computes, and adds its parameter to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.modes = Notes()
        self.bias = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.training)
        return x + self.bias


@check("rms_through", points=1, title="It gives the root of the mean square after each layer, and only measures")
def after_each_layer(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {
        "RMS after three layers": attempt(partial(measured, names, offset_network(rng), 3 * normal(rng, 4, 5)))
    }
    noting, frozen = ModeRecorder(), nn.Dropout(0.0)
    model, x = nn.Sequential(noting, *offset_network(rng), frozen), normal(rng, 4, 5)
    recorded: list[Tensor] = []
    for step, mode in enumerate(modes_in_turn(rng), start=1):
        model.train(mode)
        frozen.train(not mode)
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(recorded.append, lambda tensor: tensor):
            names.rms_through(model, x)
            observed[f"autograd records after step {step}"] = torch.is_grad_enabled()
        observed[f"training, layer by layer, after step {step}"] = str([layer.training for layer in model])
    return observed | {
        "modes in which the first layer computed": str(noting.modes),
        "parameters that still get gradients": sum(parameter.requires_grad for parameter in model.parameters()),
        "x afterwards": x,
        "something is kept for gradients": bool(recorded),
    }


def drawn(rng: torch.Generator, bias: float, *modules: nn.Module) -> list[nn.Module]:
    """Return modules whose biases have this size and whose weights are small or large, as each layer draws.

    One unit of each layer has positive weights only, so that the ReLUs never switch off all of them.
    """
    for module in modules:
        if hasattr(module, "weight"):
            weight, offset = module.get_parameter("weight"), module.get_parameter("bias")
            size = (0.05, 2)[between(0, 1, rng)] * 10 ** (0.2 * float(torch.rand((), generator=rng)))
            values = size * normal(rng, *weight.shape)
            values[0], values[:, 0] = values[0].abs(), values[:, 0].abs()  # a unit is a row, or a column
            set_values(weight, values)
            set_values(offset, bias * normal(rng, *offset.shape))
    return list(modules)


def relu_network(rng: torch.Generator, bias: float) -> list[nn.Module]:
    """Return four affine layers with ReLUs between them."""
    sizes = [between(8, 14, rng) for _ in range(5)]
    layers = [module for pair in pairwise(sizes) for module in (nn.Linear(*pair), nn.ReLU())]
    return drawn(rng, bias, *layers[:-1])


def in_digits(size: float) -> str:
    """Return a size to two digits, or to three where two would hide that it is more than 1.5 thousandths from 1."""
    return f"{size:.{3 if 0.0015 < abs(size - 1) < 0.005 else 2}f}"


def sizes_after(
    names: SimpleNamespace, modules: list[nn.Module], x: Tensor, model: Iterable[nn.Module] | None = None
) -> str:
    """Return the RMS of what leaves each layer, in digits, when the student's function has scaled the weights."""
    names.scale_layers(nn.Sequential(*modules) if model is None else model, x)
    ends = [at for at, module in enumerate(modules) if hasattr(module, "weight")][1:]
    with torch.no_grad():
        return ", ".join(in_digits(rms(nn.Sequential(*modules[:end])(x))) for end in [*ends, len(modules)])


@check("scale_layers", points=1, title="In a network with ReLUs, the numbers that leave each layer have an RMS of 1")
def sizes_are_one(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """No layer has an RMS near 1 before it is scaled: who stops too soon is found below, and at every seed."""
    modules = relu_network(rng, 0.0)
    x = 3 * normal(rng, 40, modules[0].get_parameter("weight").shape[1])
    return {"RMS of what leaves each layer": sizes_after(names, modules, x)}


@check("scale_layers", points=1, title="Only the size of the weights changes, in place; biases, proportions and x stay")
def nothing_else(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model = nn.Sequential(*relu_network(rng, 0.1)).train(mode := bool(between(0, 1, rng)))
    before = list(model.parameters())
    x = normal(rng, 40, before[0].shape[1])
    with torch.enable_grad():
        names.scale_layers(model, x)
        after: dict[str, Observation] = {"autograd still records": torch.is_grad_enabled()}
    for name, kept in model.named_parameters():
        values = kept.detach()
        if name.endswith("weight"):
            after[f"{name}, divided by its own RMS"] = values / rms(values)
        else:
            after[name] = values
    return after | {
        "the parameters are those of before": list(map(id, before)) == list(map(id, model.parameters())),
        "parameters that are trained": sum(parameter.requires_grad for parameter in model.parameters()),
        f"in training mode, which was {mode}": model.training,
        "x afterwards": x,
    }


def guesses(rng: torch.Generator, examples: int, classes: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return logits (B, C) and targets (B,)."""
    return 3 * normal(rng, examples, classes, dtype=dtype), torch.randint(classes, (examples,), generator=rng)


@check("cross_entropy", points=1, title="It is the mean of minus the log-probability of the right class")
def mean_surprise(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    cases = [guesses(rng, 6, 10, torch.float32), guesses(rng, 9, 4, torch.float64), guesses(rng, 1, 3, torch.float64)]
    logits, targets = cases[1]
    logits[0, targets[0]] -= 40  # of a probability so small, a number added to it shows at every seed
    return {
        f"loss for {str(logits.dtype).removeprefix('torch.')} logits of shape {tuple(logits.shape)}": attempt(
            partial(names.cross_entropy, logits, targets)
        )
        for logits, targets in cases
    }


def wide(rng: torch.Generator, examples: int, classes: int) -> tuple[Tensor, Tensor]:
    """Return logits of 10,000 and -10,000, three examples or more: the first is wrong and sure of it, the next right.

    In the third, the right class is one of two that are far above the rest.
    """
    logits, targets = guesses(rng, examples, classes, torch.float64)
    logits = 1e4 * logits.sign()
    for example, right, neighbour, rest in ((0, -1e4, 1e4, -1e4), (1, 1e4, -1e4, -1e4), (2, 1e4, 1e4, -1e4)):
        logits[example] = rest
        logits[example, targets[example] - 1] = neighbour
        logits[example, targets[example]] = right
    return logits, targets


@check("cross_entropy", points=1, title="Logits of 10,000 and of -10,000 give a finite loss")
def huge_logits(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    huge, targets = wide(rng, 6, 5)
    logits = guesses(rng, 6, 5, torch.float64)[0]
    rows = torch.tensor([[1e4], [-1e4], [0.0], [1e4], [-1e4], [0.0]], dtype=torch.float64)
    given = {"of both signs": huge, "all large in one row, all small in the next": logits + rows}
    return {f"loss for logits {name}": attempt(partial(names.cross_entropy, x, targets)) for name, x in given.items()}


def with_gradients(rng: torch.Generator, model: nn.Module) -> nn.Module:
    """Give each parameter of the model values and a gradient, of another size and another mean for each."""
    for parameter in model.parameters():
        size, pull = 10 ** torch.rand(2, generator=rng, dtype=torch.float64)
        values, gradient = (normal(rng, *parameter.shape, dtype=parameter.dtype) for _ in range(2))
        set_values(parameter, size * (values + 1))
        parameter.grad = (pull * (gradient - 1)).to(parameter.dtype)
    return model


def relative(names: SimpleNamespace, model: nn.Module, rate: float) -> Observation:
    """Return what the student's function measures, or in words what it returns in place of floats."""
    return floats(list(names.relative_steps(model, rate)), "weight")


@check("relative_steps", points=2, title="For each weight it gives the RMS of the step over the RMS of the weight")
def ratios(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model = with_gradients(rng, nn.Sequential(nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 3)))
    rate = 0.02 + 0.05 * float(torch.rand((), generator=rng))
    observed: dict[str, Observation] = {
        "relative steps of three weights": attempt(partial(relative, names, model, rate)),
        "relative steps at five times the rate": attempt(partial(relative, names, model, 5 * rate)),
    }
    for name, values in model.named_parameters():
        observed |= {f"{name} afterwards": values.detach(), f"gradient of {name} afterwards": values.grad}
    return observed
