"""Does not parse: a bracket is missing."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn


class Linear(nn.Module):

    def __init__(self, in_features: int, out_features: int, std: float = 0.1) -> None:
        super().__init__()
        if in_features < 1 or out_features < 1:
            raise ValueError(f"a layer needs at least one input and one output, not {in_features} and {out_features}")
        if std < 0:
            raise ValueError(f"a standard deviation cannot be negative: {std}")
        self.weight = nn.Parameter(torch.randn(in_features, out_features * std
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"the last dimension should be {self.weight.shape[0]}, but x is {tuple(x.shape)}")
        return x @ self.weight + self.bias

    def extra_repr(self) -> str:
        in_features, out_features = self.weight.shape
        return f"{in_features}, {out_features}, bias=True"


class Flatten(nn.Module):

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(start_dim=1)


class Sequential(nn.Module):

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[nn.Module]:
        return iter(self.layers)

    def __getitem__(self, index: int) -> nn.Module:
        return self.layers[index]
