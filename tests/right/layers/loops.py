"""Sums written out in loops over units; memory of its own for rows; a generator for iteration."""

from math import sqrt

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if not (in_features >= 1 and out_features >= 1):
            raise ValueError("sizes must be positive")
        if std < 0:
            raise ValueError("std must not be negative")
        self.weight = nn.Parameter(torch.normal(0.0, float(std), size=(in_features, out_features)))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"{x.shape[-1]} inputs, not {self.weight.shape[0]}")
        columns = [(x * self.weight[:, unit]).sum(dim=-1) + self.bias[unit] for unit in range(self.weight.shape[1])]
        return torch.stack(columns, dim=-1)

    def extra_repr(self):
        return f"{self.weight.shape[0]} in, {self.weight.shape[1]} out, bias"


class Flatten(nn.Module):
    def forward(self, x):
        return x.new_empty(x.shape[0], x[0:1].numel() if len(x) else x.shape[1:].numel()).copy_(
            x.reshape(x.shape[0], x.shape[1:].numel())
        )


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.names = [f"layer_{i}" for i in range(len(layers))]
        for name, layer in zip(self.names, layers):
            self.add_module(name, layer)

    def forward(self, x):
        for layer in self:
            x = layer(x)
        return x

    def __len__(self):
        return len(self.names)

    def __iter__(self):
        for name in self.names:
            yield getattr(self, name)

    def __getitem__(self, index):
        return list(self)[index]


def he_std(fan_in):
    if not fan_in >= 1:
        raise ValueError("one input at least")
    return 1 / sqrt(fan_in / 2)


def rms_through(model, x):
    sizes = []
    for layer in model:
        x = no_grad(layer, x)
        total, count = 0.0, 0
        for number in x.double().flatten().tolist():
            total += number * number
            count += 1
        sizes.append(sqrt(total / count))
    return sizes


def no_grad(function, x):
    with torch.no_grad():
        return function(x)


def cross_entropy(logits, targets):
    if logits.ndim != 2:
        raise ValueError("logits (B, C)")
    if targets.ndim != 1 or targets.shape[0] != logits.shape[0]:
        raise ValueError("targets (B,)")
    loss = 0
    for row, target in zip(logits, targets.tolist()):
        if target not in range(len(row)):
            raise ValueError(f"there is no class {target}")
        highest = max(row.tolist())
        loss = loss + highest + torch.log(sum(torch.exp(logit - highest) for logit in row)) - row[target]
    return loss / len(targets)
