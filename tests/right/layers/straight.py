"""As the chapter says it, nothing added; what most students hand in."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features < 1:
            raise ValueError("in_features must be at least 1")
        if out_features < 1:
            raise ValueError("out_features must be at least 1")
        if std < 0:
            raise ValueError("std must be at least 0")
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(std * torch.randn(in_features, out_features))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        if x.shape[-1] != self.in_features:
            raise ValueError("last dimension of x must be in_features")
        return x @ self.weight + self.bias

    def extra_repr(self):
        return f"{self.in_features}, {self.out_features}, bias"


class Flatten(nn.Module):
    def forward(self, x):
        return x.flatten(1)


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return self.layers[index]


def he_std(fan_in):
    if fan_in < 1:
        raise ValueError("fan_in must be at least 1")
    return (2 / fan_in) ** 0.5


def rms_through(model, x):
    result = []
    with torch.no_grad():
        out = x
        for layer in model:
            out = layer(out)
            result.append(math.sqrt((out**2).mean()))
    return result


def cross_entropy(logits, targets):
    if logits.dim() != 2 or targets.dim() != 1 or len(logits) != len(targets):
        raise ValueError("logits must be (B, C) and targets (B,)")
    if (targets < 0).any() or (targets >= logits.shape[1]).any():
        raise ValueError("targets must be between 0 and C - 1")
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_p[range(len(targets)), targets].mean()
