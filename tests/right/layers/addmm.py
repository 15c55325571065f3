"""Everything through two-dimensional addmm; numpy-like reshapes; a tuple next to a ModuleList."""

import torch
import torch.nn as tnn


def check_sizes(**sizes):
    for name, value in sizes.items():
        if value < 1:
            raise ValueError(f"{name} is {value}")


class Linear(tnn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        check_sizes(in_features=in_features, out_features=out_features)
        if std < 0.0:
            raise ValueError("negative std")
        self.bias = tnn.Parameter(torch.zeros(out_features))
        self.weight = tnn.Parameter(torch.distributions.Normal(0.0, 1.0).sample((in_features, out_features)).mul(std))

    def forward(self, x):
        *leading, last = x.shape
        if last != self.weight.shape[0]:
            raise ValueError("no fit")
        rows = x.reshape(leading.numel() if hasattr(leading, "numel") else int(torch.tensor(leading).prod()), last)
        return torch.addmm(self.bias, rows, self.weight).reshape(*leading, self.weight.shape[1])

    def __repr__(self):
        return f"<Linear bias={tuple(self.bias.shape)} weight={tuple(self.weight.shape)}>"


class Flatten(tnn.Module):
    def forward(self, x):
        batch, *rest = x.shape
        width = 1
        for size in rest:
            width = width * size
        return torch.reshape(x, (batch, width))


class Sequential(tnn.Module):
    def __init__(self, *modules):
        super().__init__()
        self._held = tnn.ModuleList()
        self._held.extend(modules)
        self.order = tuple(range(len(modules)))

    def forward(self, value):
        for position in self.order:
            value = self._held[position].forward(value)
        return value

    def __len__(self):
        return len(self.order)

    def __iter__(self):
        return (self._held[position] for position in self.order)

    def __getitem__(self, position):
        return self._held[position]
