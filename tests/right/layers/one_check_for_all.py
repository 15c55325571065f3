"""Straightforward, with all refusals in one condition and the shape taken from the weight."""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features < 1 or out_features < 1 or std < 0:
            raise ValueError(f"bad arguments: {in_features}, {out_features}, {std}")
        self.weight = nn.Parameter(torch.normal(0.0, 1.0, (in_features, out_features)) * std)
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        n_in = self.weight.shape[0]
        if x.size(-1) != n_in:
            raise ValueError(f"x has {x.size(-1)} features, not {n_in}")
        y = torch.matmul(x, self.weight)
        y = y + self.bias
        return y

    def extra_repr(self):
        return f"in_features={self.weight.shape[0]}, out_features={self.weight.shape[1]}, bias=True"


class Flatten(nn.Module):
    def forward(self, x):
        return torch.flatten(x, start_dim=1)


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.modules_in_order = nn.ModuleList(list(layers))

    def forward(self, x):
        out = x
        for module in self.modules_in_order:
            out = module(out)
        return out

    def __len__(self):
        return len(self.modules_in_order)

    def __iter__(self):
        for module in self.modules_in_order:
            yield module

    def __getitem__(self, index):
        return self.modules_in_order[index]
