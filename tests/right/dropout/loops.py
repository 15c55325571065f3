"""Random numbers drawn in a comprehension; masked_fill; an OrderedDict of layers; a context manager for the mode."""

import contextlib
import random
from collections import OrderedDict

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        if p not in (0, 1) and not 0 < p < 1:
            raise ValueError("p must be a probability")
        super().__init__()
        self.p = float(p)

    def forward(self, x):
        if self.training:
            gone = torch.tensor([random.random() < self.p for _ in range(x.numel())], dtype=torch.bool).reshape(x.shape)
            x = x.masked_fill(gone, 0)
            if self.p < 1:
                x = x / (1 - self.p)
        return x


@contextlib.contextmanager
def evaluating(model):
    mode = model.training
    model.eval()
    with torch.no_grad():
        yield
    model.train(mode)


class Classifier(nn.Module):
    def __init__(self, dropout=0.2):
        super().__init__()
        sizes = [784, 256, 64, 10]
        layers = OrderedDict(flatten=nn.Flatten())
        for i in range(3):
            layers[f"linear{i}"] = nn.Linear(sizes[i], sizes[i + 1])
            if i < 2:
                layers[f"relu{i}"] = nn.ReLU()
                layers[f"dropout{i}"] = Dropout(dropout)
        self.net = nn.Sequential(layers)
        self.labels = tuple(NAMES)

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x

    def predictions(self, x):
        if list(x.shape) != [1] * (x.dim() - 2) + [28, 28]:
            raise ValueError("only one image")
        with evaluating(self):
            logits = self.forward(x.reshape(1, 28, 28))[0]
        exponentials = [torch.exp(logit - max(logits)) for logit in logits]
        result = {}
        for i in range(10):
            result[NAMES[i]] = (exponentials[i] / sum(exponentials)).item()
        return result


NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def gap(model, criterion, seen, held):
    """One example at a time."""
    with_mode = contextlib.ExitStack()
    with_mode.callback(model.train, model.training)
    with with_mode, torch.no_grad():
        model.eval()
        means = {}
        for name, batches in [("seen", seen), ("held", held)]:
            losses = []
            for x, y in batches:
                for i in range(len(x)):
                    losses.append(criterion(model(x[i : i + 1]), y[i : i + 1]).item())
            if losses == []:
                raise ValueError(f"{name} is empty")
            means[name] = sum(losses) / len(losses)
        return means["held"] - means["seen"]
