"""Work that has points, and loses some on checks that answer the same for every seed, which are easiest to forge."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = torch.zeros(out_features)

    def forward(self, x):
        return x @ self.weight + self.bias


class Flatten(nn.Module):
    def forward(self, x):
        return x.flatten()


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
