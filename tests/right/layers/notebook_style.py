"""Typed as in a notebook: a decorator, a dataclass, a factory, names in another script."""

import dataclasses
from collections import OrderedDict

import torch
from torch import nn


@dataclasses.dataclass(frozen=True)
class Größen:
    eingänge: "int"
    ausgänge: "int"

    def __post_init__(self):
        if self.eingänge < 1 or self.ausgänge < 1:
            raise ValueError(f"unmöglich: {self}")


def with_help(cls):
    cls.help = "affine"
    return cls


@with_help
class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.größen = Größen(in_features, out_features)
        if std < 0:
            raise ValueError("std")
        for name, start in {"weight": lambda *s: std * torch.randn(*s), "bias": lambda *s: torch.zeros(s[-1])}.items():
            setattr(self, name, nn.Parameter(start(in_features, out_features)))

    def forward(self, x):
        if x.shape[-1] != self.größen.eingänge:
            raise ValueError("x")
        return torch.tensordot(x, self.weight, dims=1) + self.bias

    def extra_repr(self):
        return f"{self.größen.eingänge}->{self.größen.ausgänge}, bias=True"


if True:
    class Flatten(nn.Module):
        def __init__(self):
            super().__init__()
            self.start = 1

        def forward(self, x):
            return x.flatten(self.start, x.ndim - 1)


def make_sequential():
    class Chain(nn.Module):
        def __init__(self, *layers):
            super().__init__()
            self.chain = nn.ModuleDict(OrderedDict((str(i), layer) for i, layer in enumerate(layers)))

        def forward(self, x):
            y = x
            for layer in self.chain.values():
                y = layer(y)
            return y

        def __len__(self):
            return len(self.chain)

        def __iter__(self):
            return iter(self.chain.values())

        def __getitem__(self, index):
            keys = range(len(self))[index]
            return self.chain[str(keys)]

    return Chain


Sequential = make_sequential()
