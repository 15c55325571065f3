"""JAX: the whole epoch is one compiled function, on the device that JAX finds."""

from itertools import pairwise

import jax
import jax.numpy as jnp
from jax import Array, lax, random

from bench.ways import SIZES, STD, Task, Train, Validate

Weights = list[tuple[Array, Array]]


def scan(task: Task) -> tuple[Train, Validate]:
    """Let `lax.scan` take the steps; a shorter last batch gets a step of its own."""
    data = task.data
    train_images, valid_images = (
        jnp.asarray(images.reshape(len(images), -1), jnp.float32) / 255
        for images in (data.train_images, data.test_images)
    )
    train_labels, valid_labels = jnp.asarray(data.train_labels), jnp.asarray(data.test_labels)
    steps, rest = divmod(len(train_labels), task.batch_size)

    def dropped(key: Array, x: Array) -> Array:
        return jnp.where(random.bernoulli(key, 1 - task.dropout, x.shape), x / (1 - task.dropout), 0)

    def loss(weights: Weights, x: Array, y: Array, key: Array) -> Array:
        *hidden, (weight, bias) = weights
        for (w, b), layer_key in zip(hidden, random.split(key, len(hidden)), strict=True):
            x = dropped(layer_key, jax.nn.relu(x @ w + b))
        return -jnp.take_along_axis(jax.nn.log_softmax(x @ weight + bias), y[:, None], axis=1).mean()

    # The images are arguments: what a compiled function merely sees, it takes for constants, and copies.
    @jax.jit
    def epoch(weights: Weights, key: Array, images: Array, labels: Array) -> Weights:
        order_key, rest_key, steps_key = random.split(key, 3)
        order = random.permutation(order_key, len(labels))

        def step(weights: Weights, batch: tuple[Array, Array]) -> tuple[Weights, None]:
            chosen, key = batch
            gradients = jax.grad(loss)(weights, images[chosen], labels[chosen], key)
            return jax.tree.map(lambda weight, gradient: weight - task.lr * gradient, weights, gradients), None

        chosen = order[: steps * task.batch_size].reshape(steps, task.batch_size)
        weights, _ = lax.scan(step, weights, (chosen, random.split(steps_key, steps)))
        return step(weights, (order[-rest:], rest_key))[0] if rest else weights

    @jax.jit
    def accuracy(weights: Weights, images: Array, labels: Array) -> Array:
        *hidden, (weight, bias) = weights
        for w, b in hidden:
            images = jax.nn.relu(images @ w + b)
        return ((images @ weight + bias).argmax(axis=1) == labels).mean()

    key, *layer_keys = random.split(random.key(0), len(SIZES))
    weights = [
        (STD * random.normal(layer_key, sizes), jnp.zeros(sizes[1]))
        for layer_key, sizes in zip(layer_keys, pairwise(SIZES), strict=True)
    ]

    def train() -> None:
        nonlocal key, weights
        key, epoch_key = random.split(key)
        weights = jax.block_until_ready(epoch(weights, epoch_key, train_images, train_labels))

    return train, lambda: float(accuracy(weights, valid_images, valid_labels))
