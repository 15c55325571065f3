"""Thin classes around torch.nn.functional and einops-like calls; parent classes from torch.nn."""

import torch
from torch import nn


class Linear(nn.Linear):
    """Inherits from torch.nn.Linear, and lays the weight out the other way."""

    def __init__(self, in_features, out_features, std=0.1):
        if min(in_features, out_features) < 1 or std < 0:
            raise ValueError("in_features and out_features are at least 1, std at least 0")
        super().__init__(in_features, out_features)
        self.weight = nn.Parameter(torch.empty(in_features, out_features))
        nn.init.normal_(self.weight, mean=0.0, std=std)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        if x.shape[-1] != self.in_features:
            raise TypeError("this input does not fit")
        return nn.functional.linear(x, self.weight.transpose(0, 1), self.bias)


Flatten = nn.Flatten


class Sequential(nn.Sequential):
    """torch.nn's own holds the very modules, too."""
