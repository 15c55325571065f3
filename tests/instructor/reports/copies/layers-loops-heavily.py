"""Of layers/loops.py: every line written in another way, which leaves little of it."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features < 1 or out_features < 1:
            raise ValueError("sizes")
        if 0 > std:
            raise ValueError("std")
        start = torch.normal(0.0, float(std), size=(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))
        self.weight = nn.Parameter(start)

    def extra_repr(self):
        a, b = self.weight.shape
        return f"{a} and {b} and bias"

    def forward(self, x):
        wanted = self.weight.shape[0]
        if x.shape[-1] != wanted:
            raise ValueError(wanted)
        found = []
        for unit in range(self.weight.shape[1]):
            one = x * self.weight[:, unit]
            found.append(one.sum(dim=-1) + self.bias[unit])
        return torch.stack(found, dim=-1)


class Flatten(nn.Module):
    def forward(self, x):
        width = x[0:1].numel() if len(x) else x.shape[1:].numel()
        rows = x.reshape(x.shape[0], x.shape[1:].numel())
        empty = x.new_empty(x.shape[0], width)
        return empty.copy_(rows)


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.keys = []
        for i, layer in enumerate(layers):
            key = f"layer_{i}"
            self.keys.append(key)
            self.add_module(key, layer)

    def __getitem__(self, index):
        everything = [getattr(self, key) for key in self.keys]
        return everything[index]

    def __iter__(self):
        return (getattr(self, key) for key in self.keys)

    def __len__(self):
        return len(self.keys)

    def forward(self, x):
        for layer in iter(self):
            x = layer(x)
        return x
