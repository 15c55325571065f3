"""What dropout and the classifier of chapter 3 must do."""

import inspect
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
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
    modes_in_turn,
    normal,
    ready_made,
    refusal,
    set_values,
)
from solutions.checks._traced import TRACED

SIZES = [(784, 256), (256, 64), (64, 10)]
IMAGE = (28, 28)
CALLS = 20  # a mask that is drawn for all elements at once keeps them in each of so many with probability 2^-20

ready_made("Dropout", TRACED | {"nn.Dropout": nn.Dropout.forward, "nn.functional.dropout": nn.functional.dropout})


class RecordingAffine(nn.Module):
    """One affine map, and what is noted of each call: the mode, and whether gradients are recorded."""

    def __init__(self, rng: torch.Generator) -> None:
        super().__init__()
        self.weight = nn.Parameter(normal(rng, 4, 3))
        self.inside = nn.Sequential(nn.Dropout(0.5))
        self.modes = Notes()
        self.kept = Notes()

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append((self.training, self.inside[0].training))
        with torch.autograd.graph.saved_tensors_hooks(self.keep, lambda tensor: tensor):
            return x @ self.weight

    def keep(self, tensor: Tensor) -> Tensor:
        self.kept.append(tensor)
        return tensor


Batch = tuple[Tensor, Tensor]


def batches(rng: torch.Generator, *sizes: int, shift: float = 0.0) -> list[Batch]:
    """Return batches (x, y) of so many examples; a shift makes the answers worse, the last batch's most."""
    return [(normal(rng, size, 4), normal(rng, size, 3) + shift * at) for at, size in enumerate(sizes, start=1)]


def lopsided(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the mean over the batch of an example's squared errors, which count double where too much was said."""
    excess = outputs - targets
    return (excess.square() * torch.where(excess > 0, 2.0, 1.0)).sum(dim=1).mean()


def gap_of(names: SimpleNamespace, model: nn.Module, seen: object, held: object, scale: float = 1.0) -> Observation:
    """Return the gap, whose digits depend on the order of sums, or in words what is no float.

    It is that of losses so many times as large, made small again.
    """
    answer = names.gap(model, lambda outputs, targets: lopsided(outputs, targets) * scale, seen, held)
    return python_numbers(answer / scale) if isinstance(answer, float) else f"a {type(answer).__name__}"


@check("gap", points=1, title="It is the mean loss on what was held back, less the mean loss on what was seen")
def difference(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    better, worse = batches(rng, 6, 6, 6), batches(rng, 6, 6, shift=2.0)
    model = nn.Linear(4, 3)
    for parameter in model.parameters():
        set_values(parameter, normal(rng, *parameter.shape))
    return {
        "gap where the held-back loss is larger": attempt(lambda: gap_of(names, model, better, worse)),
        "gap where the held-back loss is smaller": attempt(lambda: gap_of(names, model, worse, better)),
        "gap between the same examples": attempt(lambda: gap_of(names, model, better, better)),
        "gap of small losses, in billionths": attempt(lambda: gap_of(names, model, better, worse, scale=1e-9)),
    }


@check("gap", points=1, title="Each example counts the same, also in a short last batch")
def every_example(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    many, few = between(8, 12, rng), between(1, 3, rng)
    model = RecordingAffine(rng)
    seen, held = batches(rng, many, many, few, shift=1.0), batches(rng, many, few, shift=3.0)
    return {
        f"gap for batches of {many}, {many}, {few} and of {many}, {few}": gap_of(names, model, seen, held),
        f"gap for a batch of {few} and one of {many}": gap_of(names, model, held[1:], seen[:1]),
    }


@check("gap", points=1, title="It is measured in evaluation mode, without gradients, and the mode is as it was before")
def quietly(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    model = RecordingAffine(rng)
    for step, mode in enumerate(modes_in_turn(rng), start=1):
        model.train(mode)
        with torch.enable_grad():
            names.gap(model, lopsided, batches(rng, 5), batches(rng, 4))
            observed[f"autograd records after step {step}"] = torch.is_grad_enabled()
        observed[f"training after step {step}"] = f"{model.training}, inside {model.inside[0].training}"
    return observed | {
        "modes in which the model, and a layer inside, were asked": str(sorted(set(model.modes))),
        "something is kept for gradients": bool(model.kept),
        "its weight still gets a gradient": model.weight.requires_grad,
    }


def one_of(values: Sequence[float], rng: torch.Generator) -> float:
    return values[int(torch.randint(len(values), (), generator=rng))]


def different(numbers: Tensor) -> str:
    """Name the different values of a tensor, to three digits; NaN, which equals no number, is counted."""
    missing = int(numbers.isnan().sum())
    values = sorted({float(f"{number:.3g}") for number in torch.unique(numbers[~numbers.isnan()]).tolist()})
    counted = [f"nan ({missing:,} of {numbers.numel():,})"] if missing else []
    return ", ".join([*(f"{value:.3g}" for value in values), *counted])


def different_rows(dropped: Tensor) -> str:
    """Return how many different rows there are, and whether a row is dropped as a whole or not at all."""
    coins = ", each all or nothing" if bool((dropped == dropped[:, :1]).all()) else ""
    return f"{len(torch.unique(dropped, dim=0))}{coins}"


@check(
    "Dropout", points=2, title="In training, elements are zero with probability p and the others are scaled by 1/(1-p)"
)
def dropping(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """18,000 draws each, two samples: a right answer fails less than 3 times in 10^10 runs (see judge).

    The factors are words: both of them occur among 18,000 draws but once in 10^1200 runs, and so among the 20,000 of
    calls that drop few elements each. These are a hundred, so that a mask that is kept shows both, too. No p is a
    number of tenths: one rounded to these is 0.05 away twice, and samples may be 0.036 apart.
    """
    observed: dict[str, Observation] = {}
    for which, p in {"small": one_of([0.15, 0.25, 0.35], rng), "large": one_of([0.65, 0.75, 0.85], rng)}.items():
        x = normal(rng, 18_000) + 10  # never near 0
        layer, few = names.Dropout(p), x[:100]
        y = layer(x)
        observed[f"an element is multiplied by, p = {p}"] = different(y / x)
        calls = torch.cat([layer(few) / few for _ in range(200)])
        observed[f"one of a hundred elements is multiplied by, p = {p}"] = different(calls)
        observed[f"outputs for a {which} p"] = Sample(y)
    return observed


@check("Dropout", points=1, title="In evaluation nothing is dropped or scaled")
def evaluation(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """A right answer leaves 400 elements undropped with probability 2^-400."""
    layer, x = names.Dropout(0.5), normal(rng, 20, 20) + 10  # never near 0
    layer.eval()
    leaf, weights = x.clone().requires_grad_(), normal(rng, 20, 20)
    output = layer(leaf * 1)

    def gradient() -> Observation:
        (output * weights).sum().backward()
        return leaf.grad

    gradient_after_eval = attempt(gradient)
    layer.train()
    return {
        "an element is multiplied by, after eval()": attempt(lambda: different(output / x)),
        "output after eval()": output,
        "gradient of x after eval()": gradient_after_eval,
        "something is dropped after train()": any((layer(x) == 0).any().item() for _ in range(CALLS)),
    }


@check("Dropout", points=1, title="Each element, each example and each call is left to chance anew")
def masks(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Two masks of 64 elements agree with probability 2^-64, so two of 720, or of 240, do less than once in 10^13 runs.

    Numbers of dropped elements: 500 calls of 8 or more, 600 rows and 600 columns of 20 or more. All are independent for
    a right answer, so each of the three samples fails it once in 10^10 runs (see judge).
    """
    examples = 2 * between(30, 45, rng)
    layer, x = names.Dropout(0.5), torch.ones(examples, 8, 64)
    first, second = layer(x) == 0, layer(x) == 0
    images = layer(torch.ones(20, 3, 4, 64)) == 0
    few, width, height = torch.ones(between(8, 16, rng)), between(20, 60, rng), between(20, 60, rng)
    calls = torch.stack([layer(few) for _ in range(500)])
    return {
        f"different masks among {examples} examples": different_rows(first.flatten(start_dim=1)),
        f"different masks among the 8 rows of {examples} examples": different_rows(first.flatten(end_dim=1)),
        "different masks among the 4 rows of 60 pictures": different_rows(images.flatten(end_dim=2)),
        "a second call drops the same elements": torch.equal(first, second),
        "another layer drops the same elements": torch.equal(first, names.Dropout(0.5)(x) == 0),
        "zeros in a call": Sample((calls == 0).sum(dim=1).float()),
        "zeros in a row": Sample((layer(torch.ones(600, width)) == 0).sum(dim=1).float()),
        "zeros in a column": Sample((layer(torch.ones(height, 600)) == 0).sum(dim=0).float()),
    }


@check("Dropout", points=1, title="p = 0 drops nothing; p = 1 gives zeros, and a gradient of zeros")
def extremes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = normal(rng, 5, 4).requires_grad_()

    def gradient() -> Tensor | None:
        names.Dropout(1.0)(x).sum().backward()
        return x.grad

    return {
        "output for p = 0": attempt(lambda: names.Dropout(0.0)(x)),
        "output for p = 1": attempt(lambda: names.Dropout(1.0)(x)),
        "output for p = 1 after eval()": attempt(lambda: names.Dropout(1.0).eval()(x)),
        "gradient for p = 1": attempt(gradient),
    }


# The classifier. A network that holds the student's own Dropout would fail for what is wrong there, a second time and
# without a word that helps. So here the name Dropout stands for PyTorch's, whoever's class it was.


class TorchDropout(nn.Dropout):
    """PyTorch's, with the course's default."""

    def __init__(self, p: float = 0.2) -> None:
        super().__init__(p)


@contextmanager
def dropout_of_torch(names: SimpleNamespace) -> Iterator[None]:
    """Let the name Dropout mean PyTorch's wherever the student's Classifier looks it up."""
    constructor = inspect.unwrap(names.Classifier.__init__)
    where: dict[str, Any] = getattr(constructor, "__globals__", {})
    students = where.get("Dropout")
    where["Dropout"] = TorchDropout
    try:
        yield
    finally:
        where["Dropout"] = students
        if students is None:
            del where["Dropout"]


def fill(model: nn.Module, values: Sequence[Tensor]) -> None:
    """Give the three layers these weights (in, out) and biases, however they are stored; anything else gets zeros.

    Raises:
        RuntimeError: one of the layers is missing: then nothing that the network answers could be compared.
    """
    by_size = {tuple(sorted(value.shape)): value for value in values}
    sizes = {tuple(sorted(size for size in parameter.shape if size > 1)) for parameter in model.parameters()}
    missing = ["-".join(map(str, value.shape)) for value in values if tuple(sorted(value.shape)) not in sizes]
    if missing:
        layers = ", ".join("-".join(map(str, sorted(size, reverse=True))) for size in sorted(sizes) if len(size) > 1)
        raise RuntimeError(f"the check finds no parameter of size {missing[0]} among {layers or 'none'}")
    for parameter in model.parameters():
        value = by_size.get(tuple(sorted(size for size in parameter.shape if size > 1)))
        if value is None:
            value = torch.zeros(parameter.shape)
        elif value.dim() == 2 and parameter.shape[0] < parameter.shape[1]:
            value = value.T
        set_values(parameter, value.reshape(parameter.shape))


def random_values(rng: torch.Generator) -> list[Tensor]:
    """Draw three weights and three biases so that numbers keep their size on the way, and both signs occur."""
    weights = [(uniform(rng, inputs, outputs) - 0.5) / math.sqrt(inputs / 48) for inputs, outputs in SIZES]
    biases = [normal(rng, outputs) for _, outputs in SIZES]
    biases[0][0] = 20  # a ReLU has no upper limit, which only a large number shows
    return weights + biases


def doubtful_values(rng: torch.Generator) -> list[Tensor]:
    """Draw values with which no class has all the probability, and each logit is far below 0."""
    values = random_values(rng)
    values[2] *= 0.3
    values[-1] -= 20
    return values


def zero_values() -> list[Tensor]:
    return [torch.zeros(size) for size in SIZES] + [torch.zeros(outputs) for _, outputs in SIZES]


def uniform(rng: torch.Generator, *shape: int) -> Tensor:
    return torch.rand(*shape, generator=rng)


def in_words(answer: Any) -> dict[str, Observation]:
    """Observe what predictions returned: the labels, and their probabilities by name."""
    by_name = sorted(answer.items())
    return {
        "labels": ", ".join(name for name, _ in by_name),
        "each is a float": all(isinstance(value, float) for _, value in by_name),
        "probabilities": python_numbers([float(value) for _, value in by_name]),
    }


@check("Classifier", points=1, title="Three linear layers, 784-256, 256-64 and 64-10, that learn; and the ten labels")
def sizes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    with dropout_of_torch(names):
        model, copy = names.Classifier().eval(), names.Classifier().eval()
        shapes = sorted((sorted((n for n in p.shape if n > 1), reverse=True) for p in model.parameters()), reverse=True)
        x, targets = uniform(rng, 8, *IMAGE), torch.randint(10, (8,), generator=rng)

        def reached() -> int:
            fill(model, random_values(rng))
            loss = nn.functional.cross_entropy(model(x), targets)
            loss.backward()
            return sum(p.grad is not None and bool(p.grad.any()) for p in model.parameters())

        def loaded() -> bool:
            copy.load_state_dict(model.state_dict())
            return all(map(torch.equal, copy.parameters(), model.parameters()))

        return {
            "linear layers": ", ".join("-".join(map(str, shape)) for shape in shapes if len(shape) > 1),
            "other parameters": ", ".join(str(*shape) for shape in shapes if len(shape) < 2),
            "labels": ", ".join(model.labels),
            "parameters that a gradient reaches": attempt(reached),
            "a classifier that loads the state has its parameters": attempt(loaded),
        }


@check("Classifier", points=1, title="In evaluation the output is the logits of the layers in order")
def logits(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """With dropout 1 nothing is left to chance: where it is on in evaluation too, the logits are the last bias."""
    with dropout_of_torch(names):
        model, values = names.Classifier(1.0), random_values(rng)
        values[-1] += 30 * torch.tensor([1.0, -1.0]).repeat(5)  # far from 0, where rounding weighs most
        fill(model, values)
        model.eval()
        x = uniform(rng, 5, 28, 28)
        return {
            "logits for x of shape (5, 28, 28)": model(x),
            "logits for x of shape (5, 1, 28, 28)": attempt(lambda: model(x.unsqueeze(1))),
            "logits in float64": attempt(lambda: model.double()(x.double())),
        }


@check("Classifier", points=1, title="Both hidden layers have their dropout, with the probability that was passed")
def two_dropouts(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """2,000 draws each, four samples: a right answer fails less than 5 times in 10^10 runs (see judge).

    First layer: unit i repeats pixel i, and each logit is the mean of six units of the second layer that repeat one
    unit of the first. Second layer: its units are 1, and logit k repeats one of them. That 200 equal examples all get
    the same draws happens once in 10^190 runs.
    """
    first, second = zero_values(), zero_values()
    first[0][range(256), range(256)] = 1
    for logit in range(10):
        copies = range(6 * logit, 6 * logit + 6)
        first[1][logit, copies] = 1
        first[2][copies, logit] = 1 / 6
    second[4][:] = 1
    second[2][range(10), range(10)] = 1
    observed: dict[str, Observation] = {}

    def drawn(output: Tensor) -> Tensor:
        return output.flatten().round(decimals=2)  # sums in another order are the same draws

    with dropout_of_torch(names):
        for said, make in {"0.5": lambda: names.Classifier(0.5), "the default": names.Classifier}.items():
            model = make()
            for which, values in {"first": first, "second": second}.items():
                fill(model, values)
                output = drawn(model(torch.ones(200, *IMAGE)))
                observed[f"{which} hidden layer, dropout {said}"] = Sample(output)
                rows = output.view(200, -1)
                observed[f"{which} hidden layer, dropout {said}: examples differ"] = bool((rows != rows[0]).any())
    return observed


@check("Classifier", points=1, title="predictions gives each label its probability")
def probabilities(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    with dropout_of_torch(names):
        model = names.Classifier(1.0)
        fill(model, doubtful_values(rng))
        model.eval()
        observed = in_words(model.predictions(uniform(rng, *IMAGE)))
        large = [*zero_values()[:-1], 1000.0 + torch.randperm(10, generator=rng)]  # e to the power of them is infinite
        fill(model, large)
        return observed | {
            "probabilities for logits of 1,000 to 1,009": attempt(
                lambda: in_words(model.predictions(uniform(rng, *IMAGE)))["probabilities"]
            )
        }


@check("Classifier", points=1, title="predictions answers in evaluation mode and leaves the mode as it was")
def modes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """With dropout 1 nothing is left to chance: in training mode the logits are the last bias, whatever the image."""
    values, x = doubtful_values(rng), uniform(rng, *IMAGE)
    observed: dict[str, Observation] = {}
    recorded: list[Tensor] = []
    with dropout_of_torch(names):
        for mode, said in ((True, "train()"), (False, "eval()")):
            model = names.Classifier(1.0)
            fill(model, values)
            model.train(mode)
            with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(recorded.append, lambda tensor: tensor):
                answer = model.predictions(x)
                observed[f"autograd records after {said} and predictions"] = torch.is_grad_enabled()
            observed[f"probabilities after {said}"] = in_words(answer)["probabilities"]
            observed[f"training after {said} and predictions"] = model.training
            logits = model(torch.stack([x, 1 - x]))
            observed[f"all images are one after {said} and predictions"] = torch.equal(logits[0], logits[1])
            with torch.set_grad_enabled(mode):
                refusal(partial(model.predictions, torch.stack([x, x])))
                observed[f"autograd records after {said} and a refusal, as before: {mode}"] = torch.is_grad_enabled()
            observed[f"training after {said} and a refusal"] = model.training
    return observed | {"predictions keeps something for gradients": bool(recorded)}
