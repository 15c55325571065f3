"""Thin classes around torch.nn.functional and einops-like calls; parent classes from torch.nn."""

import math

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


def he_std(fan_in):
    if fan_in < 1:
        raise ValueError("fan_in is at least 1")
    return nn.init.calculate_gain("relu") / math.sqrt(fan_in)


@torch.no_grad()
def rms_through(model, x):
    return [nn.functional.mse_loss(x := layer(x), torch.zeros_like(x)).sqrt().item() for layer in model]


def cross_entropy(logits, targets):
    """The largest logit stays in the graph, and its gradients cancel."""
    if logits.dim() != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("logits and targets do not fit")
    classes = logits.shape[1]
    if targets.amin() < 0 or targets.amax() > classes - 1:
        raise ValueError(f"targets from 0 to {classes - 1}")
    shifted = logits - logits.max(dim=1, keepdim=True).values
    picked = nn.functional.one_hot(targets, classes).to(logits.dtype)
    return (shifted.exp().sum(dim=1).log() - (picked * shifted).sum(dim=1)).mean()
