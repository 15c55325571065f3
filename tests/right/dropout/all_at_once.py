"""All examples of a set in one batch; the mode of each part put back by itself; kept elements by their places."""

import torch
from torch import nn


def gap(model, criterion, seen, held):
    def loss(batches):
        inputs, targets = [], []
        for x, y in batches:
            inputs.append(x)
            targets.append(y)
        if sum(map(len, inputs)) == 0:
            raise ValueError("no example")
        return criterion(model(torch.cat(inputs)), torch.cat(targets)).item()

    modes = [(part, part.training) for part in model.modules()]
    try:
        for part, _ in modes:
            part.training = False
        with torch.inference_mode():
            on_held = loss(held)
            return on_held - loss(seen)
    finally:
        for part, mode in modes:
            part.training = mode


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if not 0.0 <= p <= 1.0:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if self.training and self.p > 0:
            places = torch.rand(x.shape) < self.p
            return (x if self.p == 1 else x / (1 - self.p)).masked_fill(places, 0)
        return x.clone()
