"""Right: terse, with einsum, functools, and the torch.nn containers as parents."""

import functools
import math

import torch
import torch.nn as nn


class Linear(torch.nn.Module):
    def __init__(self, n, m, std=.1):
        super(Linear, self).__init__()
        if n < 1 or m < 1 or std < 0: raise ValueError("n >= 1, m >= 1, std >= 0, please")
        w = torch.randn((n, m)); w.mul_(std)
        self.register_parameter("weight", nn.Parameter(w))
        self.register_parameter("bias", nn.Parameter(w.new_zeros(m)))

    def forward(self, x):
        if x.size(-1) != len(self.weight): raise TypeError("x does not fit")
        return torch.einsum("...i,io->...o", x, self.weight) + self.bias

    def __repr__(self):
        return "Linear({} -> {}, with bias)".format(*self.weight.shape)


class Flatten(nn.Module):
    def forward(self, x):
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))


class Sequential(nn.ModuleList):
    def __init__(self, *layers):
        super().__init__(layers)

    def forward(self, x):
        return functools.reduce(lambda value, layer: layer(value), self, x)


@torch.no_grad()
def rms_through(model, x):
    return [(x := layer(x)).pow(2).mean().sqrt().item() for layer in model]


def scale_layers(model, x):
    *m, = model
    starts = [i for i, f in enumerate(m) if hasattr(f, "weight")]
    for i, j in zip(starts, starts[1:] + [len(m)]):
        while not math.isclose(size := rms_through(m[:j], x)[-1], 1, rel_tol=2e-4):
            m[i].weight.data.div_(size)


def cross_entropy(z, t):
    if z.ndim != 2 or t.shape != z.shape[:1]: raise ValueError("z (B, C) and t (B,), please")
    if t.min() < 0 or t.max() >= z.shape[1]: raise ValueError("0 <= t < C, please")
    return torch.mean(torch.logsumexp(z, 1) - torch.take_along_dim(z, t[:, None], 1)[:, 0])
