"""Hidden checks of layers: students see their titles and results alone."""

from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from torch import Tensor, nn

from autograder.arrays import python_numbers
from autograder.checks import Observation, Observations, Raised, attempt, between, check, normal, set_values, tried
from solutions.checks.layers import (
    drawn,
    guesses,
    measured,
    offset_network,
    relative,
    sizes_after,
    three_layers,
    wide,
    with_gradients,
)

INNER = nn.Sequential(nn.Tanh(), nn.ReLU())  # made here: within a check it would look like the student's call


@check("Linear", points=1, title="Impossible sizes, a negative std and an unfitting input are refused")
def refusals(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layer = partial(names.Linear, 3, 2)
    calls: dict[str, Callable[[], object]] = {
        "Linear(0, 3)": partial(names.Linear, 0, 3),
        "Linear(3, 0)": partial(names.Linear, 3, 0),
        "Linear(3, -2)": partial(names.Linear, 3, -2),
        "Linear(-3, -2)": partial(names.Linear, -3, -2),
        "Linear(3, 2, std=-0.1)": partial(layer, std=-0.1),
        "Linear(3, 2) on an x of shape (4, 5)": lambda: layer()(normal(rng, 4, 5)),
        "Linear(3, 2) on an x of shape (4, 1)": lambda: layer()(normal(rng, 4, 1)),
        "Linear(1, 1)": partial(names.Linear, 1, 1),
        "Linear(3, 2, std=0)": partial(layer, std=0),
        "Linear(3, 2, std=0.1)": partial(layer, std=0.1),
        "Linear(3, 2) on an x of shape (4, 3)": lambda: layer()(normal(rng, 4, 3)),
        "Linear(3, 2) on an x of shape (2, 3)": lambda: layer()(normal(rng, 2, 3)),
    }
    return tried(rng, calls)


@check("Sequential", points=1, title="len, iteration and indices give the very layers that were passed")
def like_a_list(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    layers = [*three_layers(rng), names.Sequential(*three_layers(rng)), INNER, *three_layers(rng)][: between(5, 8, rng)]
    order = torch.randperm(len(layers), generator=rng).tolist()
    from_the_end = [at - len(layers) for at in order]
    model = names.Sequential(*layers)

    def positions(held: list[object]) -> str:
        places = [next((at for at, layer in enumerate(layers) if layer is item), "a stranger") for item in held]
        return str(places)

    def behind_the_end(at: int) -> str:
        error = attempt(lambda: str(model[at]))
        return error.kind if isinstance(error, Raised) else "a layer"

    return {
        "len(model)": attempt(lambda: len(model)),
        "len with one layer in two places": attempt(lambda: len(names.Sequential(layers[0], nn.Tanh(), layers[0]))),
        "len without layers": attempt(lambda: len(names.Sequential())),
        "layers from iteration": attempt(lambda: positions(list(model))),
        "layers from a second iteration": attempt(lambda: positions(list(model))),
        "layers from two iterations at once": attempt(
            lambda: positions([layer for pair in zip(model, model, strict=True) for layer in pair])
        ),
        f"what {len(layers)} is as an index": attempt(partial(behind_the_end, len(layers))),
        f"what {-len(layers) - 1} is as an index": attempt(partial(behind_the_end, -len(layers) - 1)),
        f"layers at the indices {order}": attempt(lambda: positions([model[at] for at in order])),
        f"layers at the indices {from_the_end}": attempt(lambda: positions([model[at] for at in from_the_end])),
    }


class Smaller(nn.Module):
    """Makes numbers a thousand times smaller, which leaves nothing of what is rounded."""

    def forward(self, x: Tensor) -> Tensor:
        return x / 1000


@check(
    "rms_through",
    points=1,
    title="Any layers in a row: images, a container, float64, tiny numbers, one layer twice, a single one, none",
)
def any_network(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    images, inner = normal(rng, 6, 4, 5), nn.Sequential(*three_layers(rng, (20, 7, 3)))
    first = offset_network(rng)[0]
    centred = nn.LayerNorm(3, elementwise_affine=False)  # numbers of both signs, so that the ReLU makes zeros
    inputs: dict[str, tuple[Iterable[nn.Module], Tensor]] = {
        "images": (nn.Sequential(nn.Flatten(), inner, centred, nn.ReLU()), images),
        "images that are flattened last": (nn.Sequential(first, nn.Softplus(), nn.Flatten()), images),
        "float64": (offset_network(rng).double(), normal(rng, 4, 5, dtype=torch.float64)),
        "one layer in two places": (nn.Sequential(first, nn.Tanh(), first), normal(rng, 4, 5)),
        "a single layer": ([first], normal(rng, 1, 5)),
        "no layers": (nn.Sequential(), images),
    }
    observed = {f"RMS for {name}": attempt(partial(measured, names, *given)) for name, given in inputs.items()}

    def places() -> Observation:
        sizes = measured(names, nn.Sequential(first, *(Smaller() for _ in range(3))), normal(rng, 4, 5))
        return python_numbers(np.log10(sizes).tolist()) if isinstance(sizes, np.ndarray) else sizes

    return observed | {"decimal logarithm of the RMS, layers that make numbers smaller": attempt(places)}


class Columns(nn.Module):
    """An affine layer as in this course: each column of the weight is a unit."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        self.bias = nn.Parameter(torch.empty(out_features))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


@check(
    "scale_layers",
    points=1,
    title="It does so with biases, other activations, images, convolutions, your layers, and in float64, too",
)
def other_networks(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Where biases give half of the mean square, each division halves what is missing: it shows where one stops."""
    biased = drawn(rng, 0.1, nn.Linear(9, 40))
    bias = biased[0].get_parameter("bias")
    set_values(bias, 0.7 * bias.sign())
    smooth = nn.Linear(9, 8), nn.Softplus(), nn.Linear(8, 7), nn.Softplus(), nn.Linear(7, 5), nn.Softplus()
    convolution = nn.Conv2d(2, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(80, 6), nn.ReLU(), nn.Linear(6, 4)
    precise = [module.double() for module in drawn(rng, 0.1, Columns(9, 12), nn.GELU(), Columns(12, 4), nn.GELU())]
    networks: dict[str, tuple[list[nn.Module], Tensor]] = {
        "softplus": (drawn(rng, 0.1, *smooth), normal(rng, 40, 9)),
        "a convolution": (drawn(rng, 0.1, *convolution), normal(rng, 9, 2, 6, 6)),
        "layers of this course, GELU, float64": (precise, normal(rng, 40, 9, dtype=torch.float64)),
        "a module more after the ReLU": (
            drawn(rng, 0.0, nn.Linear(9, 12), nn.ReLU(), Smaller(), nn.Linear(12, 8)),
            normal(rng, 40, 9),
        ),
        "a layer with large biases": (biased, normal(rng, 40, 9)),
        "images and a single layer": (drawn(rng, 0.1, nn.Flatten(), Columns(20, 8)), normal(rng, 30, 4, 5)),
    }
    return {
        f"RMS of what leaves each layer, {name}": attempt(partial(sizes_after, names, *given))
        for name, given in networks.items()
    }


@check("cross_entropy", points=1, title="The gradient reaches the logits, also huge ones; nothing is changed")
def logits_gradient(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    far_apart, targets = wide(rng, 7, 5)
    logits = guesses(rng, 7, 5, torch.float64)[0]

    def gradient(logits: Tensor) -> Observation:
        leaf = logits.clone().requires_grad_()
        names.cross_entropy(leaf * 1, targets).backward()  # not a leaf, so that a change in place stays one
        return leaf.grad

    observed = {"gradient": attempt(partial(gradient, logits))}
    rows = torch.tensor([[1e4], [-1e4], [0.0], [1e4], [-1e4], [0.0], [1e4]], dtype=torch.float64)
    observed["gradient for huge logits"] = attempt(partial(gradient, logits + rows))
    observed["gradient where a class is ruled out"] = attempt(partial(gradient, far_apart))
    attempt(partial(names.cross_entropy, logits, targets))
    return observed | {"logits afterwards": logits, "targets afterwards": targets}


@check("cross_entropy", points=1, title="Targets that are no class and shapes that do not fit are refused")
def targets_refused(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    logits, targets = guesses(rng, 4, 3, torch.float64)

    def with_target(target: int) -> Tensor:
        changed = targets.clone()
        changed[between(0, 3, rng)] = target
        return changed

    given = {
        "a target of 3": (logits, with_target(3)),
        "a target of -1": (logits, with_target(-1)),
        "a target of -100": (logits, with_target(-100)),
        "five targets": (logits, torch.zeros(5, dtype=torch.int64)),
        "one target": (logits, targets[:1]),
        "targets of shape (4, 1)": (logits, targets.unsqueeze(1)),
        "logits of shape (3,)": (logits[0], targets[:1]),
        "four targets": (logits, targets),
        "a target of 0": (logits, with_target(0)),
        "a target of 2": (logits, with_target(2)),
        "three examples": (logits[:3], targets[:3]),
    }
    calls = {f"4 examples, 3 classes, {name}": partial(names.cross_entropy, *pair) for name, pair in given.items()}
    return tried(rng, calls)


@check(
    "relative_steps",
    points=1,
    title="Containers inside, convolutions, layers without a bias, your layers, one layer, none, and tiny steps",
)
def any_model(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    inside = nn.Sequential(nn.Linear(6, 5), nn.Sequential(nn.Linear(5, 5), nn.ReLU()))
    models: dict[str, nn.Module] = {
        "containers inside": nn.Sequential(nn.Flatten(), inside, nn.Linear(5, 3)),
        "a convolution": nn.Sequential(nn.Conv2d(2, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(9, 3)),
        "layers without a bias": nn.Sequential(*(nn.Linear(4, 4, bias=False) for _ in range(3))),
        "layers of this course, float64": nn.Sequential(Columns(7, 5), nn.GELU(), Columns(5, 2)).double(),
        "a single layer": nn.Linear(4, 3),
        "no weights": nn.Sequential(nn.ReLU()),
    }
    for model in models.values():
        with_gradients(rng, model)
    observed = {
        f"relative steps, {name}": attempt(partial(relative, names, model, 0.3)) for name, model in models.items()
    }

    def places() -> Observation:
        steps = relative(names, models["containers inside"], 1e-8)
        return python_numbers(np.log10(steps).tolist()) if isinstance(steps, np.ndarray) else steps

    return observed | {"decimal logarithm of the relative steps at a rate of 1e-8": attempt(places)}
