"""Thin subclasses of torch.nn: its own Dropout and Sequential, dropout before the ReLU, which gives the same."""

import torch
from torch import nn
from torch.nn import Flatten, Linear, ReLU


class Dropout(nn.Dropout):
    def __init__(self, p: float = 0.2):
        super().__init__(p)


class Classifier(nn.Sequential):
    labels = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]

    def __init__(self, dropout: float = 0.2):
        super().__init__(
            Flatten(), Linear(784, 256), Dropout(dropout), ReLU(), Linear(256, 64), Dropout(dropout), ReLU(), Linear(64, 10)
        )

    @torch.no_grad()
    def predictions(self, x):
        while x.dim() < 4:
            x = x[None]
        if x.shape != (1, 1, 28, 28):
            raise ValueError(f"{len(x)} images")
        modes = {module: module.training for module in self.modules()}
        self.eval()
        answer = self(x).softmax(-1).flatten().double().numpy()
        for module, mode in modes.items():
            module.training = mode
        return dict(zip(self.labels, answer))


@torch.no_grad()
def gap(model, criterion, seen, held):
    """All examples in one batch each."""
    modes = {module: module.training for module in model.modules()}
    try:
        model.eval()
        losses = []
        for batches in seen, held:
            xs, ys = zip(*batches) if (batches := list(batches)) else ((), ())
            if sum(map(len, xs)) == 0:
                raise ValueError("no examples")
            losses.append(float(criterion(model(torch.cat(xs)), torch.cat(ys))))
        return losses[1] - losses[0]
    finally:
        for module, mode in modes.items():
            module.training = mode
