"""Of layers/stored_sizes.py: classes and methods in another order, docstrings and type hints added, renamed."""

from typing import Any

import torch
from torch import Tensor
from torch import nn


class Sequential(nn.Module):
    """A chain of layers."""

    def __init__(self, *layers: nn.Module) -> None:
        """Remember the layers."""
        super().__init__()
        self.stack: nn.ModuleList = nn.ModuleList()
        for one in layers:
            self.stack.append(one)

    def forward(self, x: Tensor) -> Tensor:
        """Apply them."""
        for one in self.stack:
            x = one(x)
        return x

    def __getitem__(self, index: int) -> nn.Module:
        """Return one of them."""
        return self.stack[index]

    def __iter__(self) -> Any:
        """Go through them."""
        return self.stack.__iter__()

    def __len__(self) -> int:
        """Count them."""
        return len(self.stack)


class Flatten(nn.Module):
    """Rows."""

    def forward(self, x: Tensor) -> Tensor:
        """Make rows."""
        rows: int = x.shape[0]
        columns: int = 1
        for size in x.shape[1:]:
            columns *= size
        return x.reshape(rows, columns)


class Linear(nn.Module):
    """An affine layer."""

    def extra_repr(self) -> str:
        """Describe it."""
        return "{} inputs, {} outputs, bias".format(self.inputs, self.outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Apply it."""
        if x.shape[-1] != self.inputs:
            raise ValueError(f"{x.shape[-1]} is not {self.inputs}")
        return x.matmul(self.weight).add(self.bias)

    def initialise(self) -> None:
        """Draw the numbers."""
        nn.init.normal_(self.weight, 0.0, self.spread)
        nn.init.zeros_(self.bias)

    def __init__(self, in_features: int, out_features: int, std: float = 0.1) -> None:
        """Build it."""
        super().__init__()
        if in_features <= 0:
            raise ValueError("no inputs")
        if out_features <= 0:
            raise ValueError("no outputs")
        if std < 0.0:
            raise ValueError("std is below 0")
        self.inputs, self.outputs, self.spread = in_features, out_features, std
        self.weight = nn.Parameter(torch.empty(self.inputs, self.outputs))
        self.bias = nn.Parameter(torch.empty(self.outputs))
        self.initialise()
