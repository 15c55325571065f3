"""What the layers of chapter 2 must do."""

import re
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from autograder.checks import (
    Observation,
    Observations,
    Sample,
    attempt,
    between,
    check,
    descend,
    normal,
    ready_made,
    set_values,
    tried,
)

ready_made("Linear", {"nn.Linear": nn.Linear.forward})
ready_made("Flatten", {"nn.Flatten": nn.Flatten.forward})
ready_made("Sequential", {"nn.Sequential": nn.Sequential.__init__})


def filled_linear(names: SimpleNamespace, rng: torch.Generator, in_features: int, out_features: int) -> Any:
    """Return the student's layer with weights and bias from the check's generator."""
    layer = names.Linear(in_features, out_features)
    set_values(layer.weight, normal(rng, in_features, out_features))
    set_values(layer.bias, normal(rng, out_features))
    return layer


def two_sizes(rng: torch.Generator, low: int, high: int) -> tuple[int, int]:
    """Draw two different whole numbers, so that one in the other's place shows."""
    first, second = (torch.randperm(high - low + 1, generator=rng)[:2] + low).tolist()
    return first, second


def outputs(layer: nn.Module, rng: torch.Generator, *shapes: tuple[int, ...]) -> dict[str, Observation]:
    """Return what the layer makes of a random input of each shape."""
    return {f"output for x of shape {shape}": attempt(partial(layer, normal(rng, *shape))) for shape in shapes}


@check("Linear", points=1, title="Weight (in, out) and bias (out,) are parameters of the layer")
def parameters(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = names.Linear(*two_sizes(rng, 2, 9))
    return {
        "shape of weight": attempt(lambda: str(tuple(layer.weight.shape))),
        "shape of bias": attempt(lambda: str(tuple(layer.bias.shape))),
        "shapes in parameters()": str(sorted(tuple(parameter.shape) for parameter in layer.parameters())),
        "dtypes": str(sorted({str(parameter.dtype) for parameter in layer.parameters()})),
    }


@check("Linear", points=2, title="The output is x @ weight + bias")
def affine_map(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = filled_linear(names, rng, 5, 3)
    x = normal(rng, 4, 5)
    return {"output": layer(x), "x afterwards": x}


@check("Linear", points=1, title="Weight, bias and input receive their gradients")
def gradients(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = filled_linear(names, rng, 5, 3)
    x = normal(rng, 4, 5).requires_grad_()
    (layer(x) * normal(rng, 4, 3)).sum().backward()
    return {
        "weight asks for a gradient": layer.weight.requires_grad,
        "gradient of weight": layer.weight.grad,
        "gradient of bias": layer.bias.grad,
        "gradient of x": x.grad,
    }


@check("Linear", points=1, title="Weights start as normal draws with standard deviation std")
def initial_weights(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """22,500 draws a layer or more, two samples: a right answer fails less than 3 times in 10^10 runs (see judge)."""
    std = float(torch.rand((), generator=rng)) * 0.3 + 0.2
    sizes = two_sizes(rng, 150, 199)
    first, second = names.Linear(*sizes, std), names.Linear(*sizes, std)
    return {
        "weights for a std that was passed": Sample(first.weight.flatten()),
        "weights for the default std": Sample(names.Linear(*sizes).weight.flatten()),
        "two new layers are equal": torch.equal(first.weight, second.weight),
    }


@check("Linear", points=1, title="The bias starts at zero")
def initial_bias(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return {"bias": names.Linear(5, between(200, 400, rng), 0.5).bias.flatten()}


@check("Linear", points=1, title="Printing the layer shows both sizes and the word bias")
def printing(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    sizes = two_sizes(rng, 11, 99)
    layer = names.Linear(*sizes)

    def shown(text: str) -> str:
        numbers = re.findall(r"\d+", text)
        found = [word for word in map(str, sizes) if word in numbers] + ["bias"] * ("bias" in text)
        return ", ".join(found) or "none of them"

    return {"alone, it shows": shown(repr(layer)), "in a container, it shows": shown(repr(nn.Sequential(layer)))}


@check("Linear", points=1, hidden=True, title="Any number of leading dimensions, and float64, are welcome")
def leading_dimensions(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = filled_linear(names, rng, 5, 3)
    observed = outputs(layer, rng, (2, 4, 5), (5,), (0, 5), (1, 5))
    x = normal(rng, 4, 5, dtype=torch.float64)
    return observed | {"output in float64": attempt(lambda: layer.double()(x))}


@check("Linear", points=1, hidden=True, title="Steps of gradient descent and a saved state reach weight and bias")
def learning(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = filled_linear(names, rng, 5, 3)
    x, target = normal(rng, 8, 5), normal(rng, 8, 3)
    for _ in range(2):
        descend(layer, nn.functional.mse_loss(layer(x), target), lr=0.5)
    copy = filled_linear(names, rng, 5, 3)
    copy.load_state_dict(layer.state_dict())
    return {"output after two steps": layer(x), "output of a layer that loads the state": copy(x)}


@check("Linear", points=1, hidden=True, title="Impossible sizes, a negative std and an unfitting input are refused")
def refusals(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = partial(names.Linear, 3, 2)
    calls: dict[str, Callable[[], object]] = {
        "Linear(0, 3)": partial(names.Linear, 0, 3),
        "Linear(3, 0)": partial(names.Linear, 3, 0),
        "Linear(3, 2, std=-0.1)": partial(layer, std=-0.1),
        "Linear(3, 2) on an x of shape (4, 5)": lambda: layer()(normal(rng, 4, 5)),
        "Linear(3, 2) on an x of shape (4, 1)": lambda: layer()(normal(rng, 4, 1)),
        "Linear(1, 1)": partial(names.Linear, 1, 1),
        "Linear(3, 2, std=0.1)": partial(layer, std=0.1),
        "Linear(3, 2) on an x of shape (4, 3)": lambda: layer()(normal(rng, 4, 3)),
        "Linear(3, 2) on an x of shape (2, 3)": lambda: layer()(normal(rng, 2, 3)),
    }
    return tried(rng, calls)


@check("Flatten", points=1, title="Each example becomes one row")
def rows(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = normal(rng, 3, 4, 5)
    return {"output": names.Flatten()(x), "x afterwards": x}


@check("Flatten", points=1, title="A tensor that is not contiguous is flattened too")
def not_contiguous(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return {"output for a transposed x": names.Flatten()(normal(rng, 3, 4, 5).transpose(1, 2))}


@check("Flatten", points=2, hidden=True, title="Any number of examples, sizes and dimensions")
def any_shape(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return outputs(names.Flatten(), rng, (0, 28, 28), (1, 28, 28), (2, 3, 4, 5), (6, 7))


def three_layers(rng: torch.Generator, sizes: tuple[int, int, int] = (4, 6, 3)) -> list[nn.Module]:
    layers: list[nn.Module] = [nn.Linear(sizes[0], sizes[1]), nn.Tanh(), nn.Linear(sizes[1], sizes[2])]
    for layer in layers:
        for parameter in layer.parameters():
            set_values(parameter, normal(rng, *parameter.shape))
    return layers


@check("Sequential", points=1, title="The layers are applied one after the other, in order")
def order(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    # Sizes that fit in any order: a wrong one shows in the numbers, where an error would hide which it is.
    return {"output": names.Sequential(*three_layers(rng, (4, 4, 4)))(normal(rng, 5, 4))}


@check("Sequential", points=1, title="len, iteration and indices give the very layers that were passed")
def like_a_list(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layers = [*three_layers(rng), *three_layers(rng)][: between(3, 6, rng)]
    order = torch.randperm(len(layers), generator=rng).tolist()
    from_the_end = [at - len(layers) for at in order]
    model = names.Sequential(*layers)

    def positions(held: list[object]) -> str:
        found = [next((at for at, layer in enumerate(layers) if layer is item), "a stranger") for item in held]
        return str(found)

    return {
        "len(model)": attempt(lambda: len(model)),
        "layers from iteration": attempt(lambda: positions(list(model))),
        f"layers at the indices {order}": attempt(lambda: positions([model[at] for at in order])),
        f"layers at the indices {from_the_end}": attempt(lambda: positions([model[at] for at in from_the_end])),
    }


@check("Sequential", points=1, title="Parameters, train() and eval() reach every layer")
def reach(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layers = three_layers(rng, (between(2, 9, rng), between(2, 9, rng), between(2, 9, rng)))
    model = names.Sequential(*layers)
    observed = {"numbers in parameters()": sum(parameter.numel() for parameter in model.parameters())}
    modes = {}
    for call in ("eval", "train"):
        getattr(model, call)()
        modes[f"training, layer by layer, after {call}()"] = str([layer.training for layer in layers])
    return observed | modes


@check("Sequential", points=1, hidden=True, title="A step of gradient descent changes every layer")
def learning_together(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model = names.Sequential(*three_layers(rng))
    x, target = normal(rng, 8, 4), normal(rng, 8, 3)
    for _ in range(2):
        descend(model, nn.functional.mse_loss(model(x), target), lr=0.1)
    return {"output after two steps": model(x)}


@check("Sequential", points=1, hidden=True, title="A layer may occur twice; no layer at all is the identity")
def twice_and_never(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    shared = nn.Linear(4, 4)
    set_values(shared.weight, normal(rng, 4, 4))
    set_values(shared.bias, normal(rng, 4))
    model = names.Sequential(shared, nn.Tanh(), shared)
    x = normal(rng, 5, 4)
    return {
        "output with one layer in two places": attempt(lambda: model(x)),
        "len with one layer in two places": attempt(lambda: len(model)),
        "output without layers": attempt(lambda: names.Sequential()(x)),
        "len without layers": attempt(lambda: len(names.Sequential())),
    }


@check("Sequential", points=1, hidden=True, title="to() and state_dict() reach every layer")
def moving(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    model, other = names.Sequential(*three_layers(rng)), names.Sequential(*three_layers(rng))
    x = normal(rng, 5, 4)
    other.load_state_dict(model.state_dict())
    return {
        "output of a container that loads the state": other(x),
        "output in float64": attempt(lambda: model.to(torch.float64)(x.double())),
    }
