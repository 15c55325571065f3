"""What no way can go below with the same library: the matrix products of an epoch, and nothing between them."""

from itertools import pairwise

import torch

from bench.ways import SIZES, Task, Train, Validate


def alone(task: Task) -> tuple[Train, Validate]:
    """Take the eight products of a step as often as an epoch has steps, on matrices that stay where they are."""
    pairs = []
    for number, (wide, narrow) in enumerate(pairwise(SIZES)):
        x = torch.randn(task.batch_size, wide, device=task.device)
        weight = torch.randn(wide, narrow, device=task.device)
        gradient = torch.randn(task.batch_size, narrow, device=task.device)
        pairs += [(x, weight), (x.T, gradient)]
        if number > 0:
            pairs.append((gradient, weight.T))
    outputs = [a @ b for a, b in pairs]
    steps = len(task.data.train_labels) // task.batch_size

    def train() -> None:
        for _ in range(steps):
            for (a, b), out in zip(pairs, outputs, strict=True):
                torch.mm(a, b, out=out)

    return train, lambda: None
