"""Common parts of the claims' experiments: splits of the sample, networks of the course's layers, training.

Everything runs on the sample of 5,000 training images: a reader can try a doubtful sentence in seconds.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from solutions.approximation import ReLU
from solutions.data import SAMPLE_FOLDER, load
from solutions.dropout import Dropout
from solutions.layers import Linear, Sequential
from solutions.optimizer import Momentum, Optimizer
from solutions.training import batches

HELD_BACK = 1000
CLASSES = 10
COURSE = (784, 256, 64, 10)
AnyOptimizer = Optimizer | torch.optim.Optimizer


@dataclass(frozen=True, eq=False)
class Split:
    """Images as rows (N, 784), float32 in [0, 1], and class numbers (N,), int64: to train on, and held back."""

    train_x: Tensor
    train_y: Tensor
    held_x: Tensor
    held_y: Tensor


@cache
def _sample() -> tuple[Tensor, Tensor]:
    dataset = load(SAMPLE_FOLDER)
    images = torch.tensor(dataset.train_images).reshape(-1, 784).float() / 255
    return images, torch.tensor(dataset.train_labels).long()


def split(seed: int, images: int = 4000) -> Split:
    """Return so many images to train on and 1,000 held back, drawn by the seed."""
    x, y = _sample()
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(1000 + seed))
    held, train = order[:HELD_BACK], order[HELD_BACK : HELD_BACK + images]
    return Split(x[train], y[train], x[held], y[held])


def std_of(start: str, fan_in: int, fan_out: int) -> float:
    """Return the standard deviation of a layer's first weights: by "He", by "Glorot", or the number itself."""
    rules = {"He": 2 / fan_in, "Glorot": 2 / (fan_in + fan_out)}
    return math.sqrt(rules[start]) if start in rules else float(start)


def network(sizes: Sequence[int], start: str, seed: int, relu: bool = True, dropout: float = 0.0) -> Sequential:
    """Return affine layers of these sizes with ReLUs and dropout between them; for ``start`` see ``std_of``."""
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layers.append(Linear(fan_in, fan_out, std_of(start, fan_in, fan_out)))
        layers += ([ReLU()] if relu else []) + ([Dropout(dropout)] if dropout else [])
    while not isinstance(layers[-1], Linear):
        layers.pop()
    return Sequential(*layers)


def optimizer_of(name: str, model: nn.Module, rate: float) -> AnyOptimizer:
    """Return one of "sgd", "momentum" and "adam"; the first two are the course's own."""
    if name == "adam":
        return torch.optim.Adam(model.parameters(), lr=rate)
    return {"sgd": Optimizer, "momentum": Momentum}[name](model.parameters(), lr=rate)


def set_rate(optimizer: AnyOptimizer, rate: float) -> None:
    """Change the learning rate of an optimizer between two steps."""
    if isinstance(optimizer, Optimizer):
        optimizer.lr = rate
    else:
        for group in optimizer.param_groups:
            group["lr"] = rate


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    epochs: int,
    rate: float,
    seed: int,
    optimizer: str = "sgd",
    batch_size: int = 32,
    after_epoch: Callable[[], object] | None = None,
) -> None:
    """Train a model in training mode on rows (N, 784) and class numbers (N,), in mini-batches, by cross-entropy.

    The seed decides the order and dropout; for ``optimizer`` see ``optimizer_of``.
    """
    torch.manual_seed(seed)
    steps = optimizer_of(optimizer, model, rate)
    order = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        model.train()
        for rows, targets in batches(x, y, batch_size, shuffle=True, generator=order):
            steps.zero_grad()
            F.cross_entropy(model(rows), targets).backward()
            steps.step()
        if after_epoch:
            after_epoch()


@torch.no_grad()
def logits_of(model: nn.Module, x: Tensor) -> Tensor:
    """Return what a model answers in evaluation mode, (N, 10)."""
    logits: Tensor = model.eval()(x)
    return logits


def accuracy(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the percentage of rows whose class a model names, in evaluation mode.

    NaN counts as the largest output: a model that gives nothing else names class 0 everywhere.
    """
    return 100 * float((logits_of(model, x).argmax(dim=1) == y).double().mean())


def loss(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """Return the mean cross-entropy in evaluation mode."""
    return float(F.cross_entropy(logits_of(model, x), y))


def rms(x: Tensor) -> float:
    """Return the root mean square of a tensor's elements."""
    return float(x.detach().square().mean().sqrt())
