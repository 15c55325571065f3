"""Of layers/straight.py, which is near to what everybody writes: names, texts and the order of classes changed."""

import torch
from torch import nn


class Flatten(nn.Module):
    def forward(self, t):
        return t.flatten(1)


class Sequential(nn.Module):
    def __init__(self, *parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def __len__(self):
        return len(self.parts)

    def __iter__(self):
        return iter(self.parts)

    def __getitem__(self, k):
        return self.parts[k]

    def forward(self, t):
        for part in self.parts:
            t = part(t)
        return t


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features < 1:
            raise ValueError("too few inputs")
        if out_features < 1:
            raise ValueError("too few outputs")
        if std < 0:
            raise ValueError("std is too small")
        self.n = in_features
        self.m = out_features
        self.weight = nn.Parameter(std * torch.randn(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, t):
        if t.shape[-1] != self.n:
            raise ValueError("does not fit")
        return t @ self.weight + self.bias

    def extra_repr(self):
        return f"{self.n} x {self.m} and bias"
