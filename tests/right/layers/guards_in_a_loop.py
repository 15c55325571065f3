"""Refusals in a loop, uniform access to parameters by unpacking, an index loop through the layers."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        for label, size in [("in_features", in_features), ("out_features", out_features)]:
            if size < 1:
                raise ValueError(f"{label} should be >= 1, is {size}")
        if not std >= 0:
            raise ValueError(f"std should be >= 0, is {std}")
        weight = torch.randn(in_features, out_features)
        self.weight = nn.Parameter(weight.mul(std))
        self.bias = nn.Parameter(weight.new_zeros(out_features))

    def forward(self, x):
        if x.shape[-1:] != self.weight.shape[:1]:
            raise ValueError(f"cannot multiply {tuple(x.shape)} by {tuple(self.weight.shape)}")
        return torch.matmul(x, self.weight) + self.bias

    def extra_repr(self):
        rows, columns = self.weight.shape
        return f"{rows} -> {columns}, bias"


class Flatten(nn.Module):
    def forward(self, x):
        return x.reshape(len(x), x[:1].numel()) if len(x) else x.flatten(1)


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.chain = nn.ModuleList(layers)

    def forward(self, x):
        for position in range(len(self.chain)):
            x = self.chain[position](x)
        return x

    def __getitem__(self, position):
        return self.chain[position]

    def __iter__(self):
        return iter(self.chain)

    def __len__(self):
        return len(self.chain)
