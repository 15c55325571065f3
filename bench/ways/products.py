"""What no way can go below with the same library: the matrix products of an epoch, and nothing between them."""

from collections.abc import Callable
from itertools import pairwise

import torch

from bench.ways import SIZES, Task, Train, Validate


def alone(task: Task) -> tuple[Train, Validate]:
    """Take the eight products of a step as often as an epoch has steps, on matrices that stay where they are.

    On an NVIDIA card the products are captured once and replayed, so that the host is not what is measured.
    """
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

    def products() -> None:
        for (a, b), out in zip(pairs, outputs, strict=True):
            torch.mm(a, b, out=out)

    step = captured(products) if task.device == "cuda" else products

    def train() -> None:
        for _ in range(steps):
            step()

    return train, lambda: None


def captured(work: Callable[[], None]) -> Callable[[], None]:
    """Return a function that replays some work as one CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):  # cuBLAS sets itself up at its first call, which cannot be captured
        work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay
