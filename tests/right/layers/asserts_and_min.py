"""Compact: min() for both sizes, the draw inside the parameter, properties for the sizes."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        if min(in_features, out_features) < 1:
            raise ValueError("in_features and out_features have to be positive")
        if std < 0:
            raise ValueError("std has to be 0 or more")
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features).mul_(std))
        self.bias = nn.Parameter(torch.zeros(out_features))

    @property
    def in_features(self):
        return self.weight.shape[0]

    @property
    def out_features(self):
        return self.weight.shape[1]

    def forward(self, x):
        if x.shape[-1] != self.in_features:
            raise ValueError(f"x should end in {self.in_features}: {list(x.shape)}")
        return self.bias + x @ self.weight

    def extra_repr(self):
        return f"in={self.in_features}, out={self.out_features}, bias=True"


class Flatten(nn.Module):
    def forward(self, x):
        return x.flatten(start_dim=1)


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for f in self.layers:
            x = f(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        yield from self.layers

    def __getitem__(self, i):
        return self.layers[i]
