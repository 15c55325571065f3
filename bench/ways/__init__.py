"""The ways to train the course's classifier that `bench.training` sets side by side.

A way is a function of a `Task`. It prepares what every epoch needs and returns two functions: one that trains for an
epoch, and one that returns the validation accuracy. Both return when their work is done; on a card, when PyTorch has
been given it. All ways train 784-256-64-10 with ReLU, dropout and cross-entropy by plain gradient descent, from weights
drawn with standard deviation 0.1 and biases of zero; where a library cannot do this, its module says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from solutions.data import Dataset, load

SIZES = (784, 256, 64, 10)
STD = 0.1  # of the weights at the start

Train = Callable[[], object]
Validate = Callable[[], float | None]


@dataclass(frozen=True)
class Task:
    """The task of every way."""

    root: str  # folder with the four unpacked files where torchvision looks for them
    batch_size: int
    lr: float
    dropout: float  # the probability of both dropout layers
    device: str  # "cpu", "cuda" or "mps"

    @cached_property
    def data(self) -> Dataset:
        """The training images, and the test images for the pass of validation."""
        return load(Path(self.root))


# Module and function of each way, and its title in tables.
WAYS = {
    "notebook": ("with_torch:notebook", "the original notebook: DataLoader, one worker, ToTensor"),
    "notebook-no-worker": ("with_torch:notebook_without_worker", "the same without a worker"),
    "torch-dataloader": ("with_torch:dataloader", "torch.nn, DataLoader"),
    "torch-resident": ("with_torch:resident", "torch.nn, resident tensors"),
    "torch-compile": ("with_torch:compiled_step", "torch.compile of the whole step"),
    "sklearn": ("sklearn_mlp:mlp_classifier", "scikit-learn, MLPClassifier"),
    "jax": ("jax_mlp:scan", "JAX, lax.scan over the epoch"),
    "reference": ("with_torch:reference", "the course's Learner"),
    "accelerated": ("with_torch:accelerated", "the course's accelerated path"),
    "compiled": ("with_torch:accelerated_and_compiled", "the course's accelerated path, compiled"),
    "products": ("with_torch:products", "limit: the eight matrix products alone"),
}
BASELINE = "notebook"
