"""The ways to train the course's classifier that `bench.training` sets side by side.

A way is a function of a `Task`. It prepares what every epoch needs and returns two functions: one that trains for an
epoch, and one that returns the validation accuracy. Both return when their work is done, on a GPU too. All ways train
784-256-64-10 with ReLU, dropout and cross-entropy by plain gradient descent, from weights drawn with standard deviation
0.1 and biases of zero; where a library cannot do this, its module says so.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from solutions.data import Dataset, load

SIZES = (784, 256, 64, 10)
STD = 0.1  # of the weights at the start
VALIDATION_BATCH = 1000  # no gradients are kept, so that a larger batch than in training fits

Train = Callable[[], object]
Validate = Callable[[], float | None]
Prepare = Callable[["Task"], tuple[Train, Validate]]


@dataclass(frozen=True)
class Task:
    """What every way is given.

    Attributes:
        root: folder with the four unpacked files where torchvision looks for them.
        batch_size: examples in a mini-batch.
        lr: the learning rate.
        dropout: the probability of both dropout layers.
        device: "cpu", "cuda" or "mps".
    """

    root: str
    batch_size: int
    lr: float
    dropout: float
    device: str

    @cached_property
    def data(self) -> Dataset:
        """The training images, and the test images for the pass of validation."""
        return load(Path(self.root))


@dataclass(frozen=True)
class Way:
    """What a way is called in tables, and its place: a module here and a function in it."""

    title: str
    place: str

    def prepare(self) -> Prepare:
        """Return the function, importing its library.

        Raises:
            ModuleNotFoundError: the library is not installed.
        """
        module, name = self.place.split(":")
        return getattr(importlib.import_module(f"{__name__}.{module}"), name)


WAYS = {
    "notebook": Way("the original notebook: DataLoader, one worker, ToTensor", "notebook:one_worker"),
    "notebook-no-worker": Way("the same without a worker", "notebook:no_worker"),
    "torch-dataloader": Way("torch.nn, DataLoader", "torch_nn:dataloader"),
    "torch-resident": Way("torch.nn, resident tensors", "torch_nn:resident"),
    "torch-compile": Way("torch.compile of the whole step", "torch_nn:compiled"),
    "sklearn": Way("scikit-learn, MLPClassifier", "sklearn_mlp:mlp_classifier"),
    "jax": Way("JAX, lax.scan over the epoch", "jax_mlp:scan"),
    "reference": Way("the course's Learner", "ours:reference"),
    "accelerated": Way("the course's accelerated path", "ours:accelerated"),
    "compiled": Way("the course's accelerated path, compiled", "ours:compiled"),
    "products": Way("limit: the eight matrix products alone", "products:alone"),
}
BASELINE = "notebook"
