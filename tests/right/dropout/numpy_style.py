"""Randomness from numpy; weights held bare, one (out, in), one (in, out); softmax by hand; a copy answers."""

import copy

import numpy as np
import torch
from torch import nn

generator = np.random.default_rng()


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if not (p >= 0 and p <= 1):
            raise TypeError("not a probability")
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x) * x
        kept = np.asarray(generator.random(tuple(x.shape)) < 1 - self.p)
        return torch.where(torch.from_numpy(kept).to(x.device), x / (1 - self.p), torch.zeros((), dtype=x.dtype))


def weights(*shape):
    return nn.Parameter(torch.from_numpy(generator.normal(0, 0.1, shape)).float())


class Classifier(nn.Module):
    def __init__(self, dropout=0.2):
        super().__init__()
        self.w1, self.b1 = weights(256, 784), weights(1, 256)
        self.w2, self.b2 = weights(256, 64), weights(64)
        self.w3, self.b3 = weights(64, 10), weights(10)
        self.drops = nn.ModuleList([Dropout(dropout), Dropout(p=dropout)])

    @property
    def labels(self):
        return (
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"
        )

    def forward(self, images):
        x = images.reshape(len(images), 784)
        x = self.drops[0]((x @ self.w1.T + self.b1).clamp(min=0))
        x = self.drops[1](torch.einsum("bi,io->bo", x, self.w2).add(self.b2).clamp(min=0))
        return x @ self.w3 + self.b3

    def predictions(self, x):
        if tuple(x.shape) not in [(28, 28), (1, 28, 28), (1, 1, 28, 28)]:
            raise ValueError(str(x.shape))
        other = copy.deepcopy(self).eval()
        with torch.no_grad():
            logits = other(x.reshape(1, 784)).numpy()[0].astype(float)
        shares = np.exp(logits - logits.max())
        return {name: share for name, share in zip(self.labels, (shares / shares.sum()).tolist())}


def gap(model, criterion, seen, held):
    other = copy.deepcopy(model).eval()
    with torch.no_grad():
        tables = [np.array([(criterion(other(x), y), len(y)) for x, y in batches]) for batches in (seen, held)]
    if any(table.size == 0 or table[:, 1].sum() == 0 for table in tables):
        raise ValueError("nothing to average")
    seen_loss, held_loss = (np.average(losses, weights=sizes) for losses, sizes in (table.T for table in tables))
    return float(held_loss - seen_loss)
