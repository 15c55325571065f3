"""Sizes kept as attributes, initial values by torch.nn.init, a view for flattening."""

import torch
import torch.nn as nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if in_features <= 0:
            raise ValueError("need inputs")
        if out_features <= 0:
            raise ValueError("need outputs")
        if std < 0.0:
            raise ValueError("negative standard deviation")
        self.n_in, self.n_out, self.std = in_features, out_features, std
        self.weight = nn.Parameter(torch.empty(self.n_in, self.n_out))
        self.bias = nn.Parameter(torch.empty(self.n_out))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.normal_(self.weight, 0.0, self.std)
        nn.init.zeros_(self.bias)

    def forward(self, x):
        if x.shape[-1] != self.n_in:
            raise ValueError(f"expected {self.n_in}, got {x.shape[-1]}")
        return x.matmul(self.weight).add(self.bias)

    def extra_repr(self):
        return "{}, {}, bias=True".format(self.n_in, self.n_out)


class Flatten(nn.Module):
    def forward(self, x):
        batch = x.shape[0]
        features = 1
        for d in x.shape[1:]:
            features *= d
        return x.reshape(batch, features)


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.steps = nn.ModuleList()
        for layer in layers:
            self.steps.append(layer)

    def __len__(self):
        return len(self.steps)

    def __iter__(self):
        return self.steps.__iter__()

    def __getitem__(self, index):
        return self.steps[index]

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x
