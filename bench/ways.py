"""The ways to train the course's classifier that `bench.training` sets side by side.

A way is a function of the data set. It prepares what every epoch needs and returns two functions: one trains for an
epoch, the other returns the validation accuracy on the test images. All ways train 784-256-64-10 with ReLU, dropout and
cross-entropy by plain gradient descent in batches of 32, from weights drawn with standard deviation 0.1 and biases of
zero; where a library cannot do this, the way's docstring says so.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

from solutions.accelerate.fast_learner import FastLearner
from solutions.accelerate.recipes import Recipe
from solutions.data import Dataset
from solutions.dropout import Classifier
from solutions.optimizer import Optimizer
from solutions.runs.measurement import MEASURING_BATCH, to_tensors
from solutions.training import Learner, LearnerConfig, Loader

SIZES = (784, 256, 64, 10)
STD, BATCH, RATE, DROPOUT = 0.1, 32, 0.005, 0.2

Batches = Iterable[tuple[Tensor, Tensor]]
Way = tuple[Callable[[], object], Callable[[], float | None]]


# --- PyTorch with autograd


def by_autograd(
    model: nn.Module,
    optimizer: Optimizer | torch.optim.Optimizer,
    train: Batches,
    valid: Batches,
    after_step: Callable[[Tensor], object] = lambda loss: None,
) -> Way:
    def train_epoch() -> None:
        model.train()
        for x, y in train:
            optimizer.zero_grad()
            loss = cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            after_step(loss)

    return train_epoch, partial(accuracy, model, valid)


@torch.no_grad()
def accuracy(model: nn.Module, valid: Batches) -> float:
    model.eval()
    return float(torch.cat([model(x).argmax(dim=1) == y for x, y in valid]).float().mean())


def tensors(data: Dataset) -> tuple[tuple[Tensor, Tensor], Loader]:
    """Return the training images and labels, and batches of the validation images and labels."""
    train = to_tensors(data.train_images, data.train_labels, "cpu")
    return train, Loader(*to_tensors(data.test_images, data.test_labels, "cpu"), MEASURING_BATCH)


def notebook(data: Dataset, workers: int = 1) -> Way:
    """Train the course's modules as the original notebook did: a DataLoader prepares image by image, each loss is read.

    Each image is unpacked, made a picture and then a tensor whenever it is needed, by another process.
    """
    from torchvision.datasets import FashionMNIST
    from torchvision.transforms import ToTensor

    root = data.source.parents[1]
    train, valid = (FashionMNIST(root, train=train, transform=ToTensor()) for train in (True, False))
    model = Classifier(DROPOUT)
    loaders = (
        DataLoader(train, BATCH, shuffle=True, num_workers=workers),
        DataLoader(valid, BATCH, num_workers=workers),
    )
    return by_autograd(model, Optimizer(model.parameters(), RATE), *loaders, after_step=Tensor.item)


def network() -> nn.Sequential:
    """Return the network of PyTorch's modules."""
    first, second, last = (nn.Linear(inputs, outputs) for inputs, outputs in pairwise(SIZES))
    for layer in (first, second, last):
        nn.init.normal_(layer.weight, std=STD)
        nn.init.zeros_(layer.bias)
    hidden = (module for layer in (first, second) for module in (layer, nn.ReLU(), nn.Dropout(DROPOUT)))
    return nn.Sequential(nn.Flatten(), *hidden, last)


def torch_dataloader(data: Dataset) -> Way:
    """Draw batches of tensors with a DataLoader and its usual collation, without a worker."""
    train, valid = tensors(data)
    model = network()
    loader = DataLoader(TensorDataset(*train), BATCH, shuffle=True)
    return by_autograd(model, torch.optim.SGD(model.parameters(), RATE), loader, valid)


def torch_resident(data: Dataset) -> Way:
    """Draw batches of tensors by their indices."""
    train, valid = tensors(data)
    model = network()
    loader = Loader(*train, BATCH, shuffle=True)
    return by_autograd(model, torch.optim.SGD(model.parameters(), RATE), loader, valid)


def torch_compile(data: Dataset) -> Way:
    """Compile one function that draws the batch, finds the gradients and changes the weights.

    Written with `torch.func`: a `backward()` in the step would cut the compiled function in two, which is slower. A
    shorter last batch is compiled for itself, as dropout in `torch.func` knows no sizes that vary.
    """
    (images, labels), valid = tensors(data)
    model = network()
    weights = {name: parameter.detach() for name, parameter in model.named_parameters()}

    def loss(weights: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return cross_entropy(torch.func.functional_call(model, weights, (x,)), y)

    @torch.compile(dynamic=False)
    def step(images: Tensor, labels: Tensor, chosen: Tensor) -> None:
        gradients = torch.func.grad(loss)(weights, images[chosen], labels[chosen])
        for name, weight in weights.items():
            weight.sub_(gradients[name], alpha=RATE)

    def train() -> None:
        model.train()
        for chosen in torch.randperm(len(labels)).split(BATCH):
            step(images, labels, chosen)

    return train, partial(accuracy, model, valid)


# --- other libraries


def sklearn(data: Dataset) -> Way:
    """Go through the data with `partial_fit`. This classifier has no dropout, and draws its weights as Glorot does."""
    from sklearn.neural_network import MLPClassifier

    train, valid = (
        images.reshape(len(images), -1).astype(np.float32) / np.float32(255)
        for images in (data.train_images, data.test_images)
    )
    model = MLPClassifier(SIZES[1:-1], solver="sgd", batch_size=BATCH, learning_rate_init=RATE, momentum=0, alpha=0)
    classes = np.unique(data.train_labels)
    return (
        lambda: model.partial_fit(train, data.train_labels, classes=classes),
        lambda: float(model.score(valid, data.test_labels)),
    )


def jax(data: Dataset) -> Way:
    """Compile the whole epoch: `lax.scan` takes the steps, and a shorter last batch gets a step of its own."""
    from jax import Array, block_until_ready, grad, jit, lax, nn, random, tree
    from jax import numpy as jnp

    train_images, valid_images = (
        jnp.asarray(images.reshape(len(images), -1), jnp.float32) / 255
        for images in (data.train_images, data.test_images)
    )
    train_labels, valid_labels = jnp.asarray(data.train_labels), jnp.asarray(data.test_labels)
    steps, rest = divmod(len(train_labels), BATCH)

    def dropped(key: Array, x: Array) -> Array:
        return jnp.where(random.bernoulli(key, 1 - DROPOUT, x.shape), x / (1 - DROPOUT), 0)

    def loss(weights: list[tuple[Array, Array]], x: Array, y: Array, key: Array) -> Array:
        *hidden, (weight, bias) = weights
        for (w, b), layer_key in zip(hidden, random.split(key, len(hidden)), strict=True):
            x = dropped(layer_key, nn.relu(x @ w + b))
        return -jnp.take_along_axis(nn.log_softmax(x @ weight + bias), y[:, None], axis=1).mean()

    # The images are arguments: what a compiled function merely sees, it takes for constants, and copies.
    @jit
    def epoch(
        weights: list[tuple[Array, Array]], key: Array, images: Array, labels: Array
    ) -> list[tuple[Array, Array]]:
        order_key, rest_key, steps_key = random.split(key, 3)
        order = random.permutation(order_key, len(labels))

        def step(
            weights: list[tuple[Array, Array]], batch: tuple[Array, Array]
        ) -> tuple[list[tuple[Array, Array]], None]:
            chosen, key = batch
            gradients = grad(loss)(weights, images[chosen], labels[chosen], key)
            return tree.map(lambda weight, gradient: weight - RATE * gradient, weights, gradients), None

        chosen = order[: steps * BATCH].reshape(steps, BATCH)
        weights, _ = lax.scan(step, weights, (chosen, random.split(steps_key, steps)))
        return step(weights, (order[-rest:], rest_key))[0] if rest else weights

    @jit
    def accuracy(weights: list[tuple[Array, Array]], images: Array, labels: Array) -> Array:
        *hidden, (weight, bias) = weights
        for w, b in hidden:
            images = nn.relu(images @ w + b)
        return ((images @ weight + bias).argmax(axis=1) == labels).mean()

    key, *layer_keys = random.split(random.key(0), len(SIZES))
    weights = [
        (STD * random.normal(layer_key, sizes), jnp.zeros(sizes[1]))
        for layer_key, sizes in zip(layer_keys, pairwise(SIZES), strict=True)
    ]

    def train() -> None:
        nonlocal key, weights
        key, epoch_key = random.split(key)
        weights = block_until_ready(epoch(weights, epoch_key, train_images, train_labels))

    return train, lambda: float(accuracy(weights, valid_images, valid_labels))


# --- the course's, and a limit


def reference(data: Dataset) -> Way:
    """Train with the taught Learner on tensors that stay in memory."""
    train, valid = tensors(data)
    config = LearnerConfig(Classifier(DROPOUT), nn.CrossEntropyLoss(), lr=RATE)
    learner = Learner(config, {"train": Loader(*train, BATCH, shuffle=True), "valid": valid})
    return learner.train_epoch, learner.valid_accuracy


def accelerated(data: Dataset, compiled: bool = False) -> Way:
    """Train like `python -m solutions train`, on the same tensors."""
    train, valid = tensors(data)
    recipe = Recipe(batch_size=BATCH, lr=RATE, dropout=DROPOUT)
    learner = FastLearner(Classifier(DROPOUT), recipe, train, (valid.images, valid.labels), compiled=compiled)
    return learner.train_epoch, lambda: learner.validate()[1]


def products(data: Dataset) -> Way:
    """Take the eight products of a step as often as an epoch has steps, on matrices that stay where they are."""
    factors = []
    for number, (wide, narrow) in enumerate(pairwise(SIZES)):
        x, weight, gradient = torch.randn(BATCH, wide), torch.randn(wide, narrow), torch.randn(BATCH, narrow)
        factors += [(x, weight), (x.T, gradient)]
        if number > 0:
            factors.append((gradient, weight.T))
    outputs = [a @ b for a, b in factors]

    def train() -> None:
        for _ in range(len(data.train_labels) // BATCH):
            for (a, b), out in zip(factors, outputs, strict=True):
                torch.mm(a, b, out=out)

    return train, lambda: None


WAYS: dict[str, tuple[Callable[[Dataset], Way], str]] = {  # with their titles in tables
    "notebook": (notebook, "the original notebook: DataLoader, one worker, ToTensor"),
    "notebook-no-worker": (partial(notebook, workers=0), "the same without a worker"),
    "torch-dataloader": (torch_dataloader, "torch.nn, DataLoader"),
    "torch-resident": (torch_resident, "torch.nn, resident tensors"),
    "torch-compile": (torch_compile, "torch.compile of the whole step"),
    "sklearn": (sklearn, "scikit-learn, MLPClassifier"),
    "jax": (jax, "JAX, lax.scan over the epoch"),
    "reference": (reference, "the course's Learner"),
    "accelerated": (accelerated, "the course's accelerated path"),
    "compiled": (partial(accelerated, compiled=True), "the course's accelerated path, compiled"),
    "products": (products, "limit: the eight matrix products alone"),
}
