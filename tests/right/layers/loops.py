"""Sums written out in loops over units; memory of its own for rows; a generator for iteration."""

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
