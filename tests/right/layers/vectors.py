"""Matrix-vector products by broadcasting; a linked list of layers."""

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    weight: Tensor
    bias: Tensor

    def __init__(self, in_features: int, out_features: int, std: float = 0.1):
        if in_features < 1:
            raise ValueError("no inputs")
        if out_features < 1:
            raise ValueError("no outputs")
        if std < 0:
            raise ValueError("std below zero")
        nn.Module.__init__(self)
        numbers = torch.empty(out_features, in_features)
        numbers = numbers.normal_() * std
        self.weight = nn.Parameter(numbers.T.contiguous())
        self.bias = nn.Parameter(torch.zeros([out_features]))

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1:] != self.weight.shape[:1]:
            raise ValueError(f"got {list(x.shape)}, need […, {len(self.weight)}]")
        return (x.unsqueeze(-2) @ self.weight).squeeze(-2) + self.bias

    def extra_repr(self) -> str:
        return ", ".join([str(len(self.weight)), str(len(self.bias)), "with bias"])


class Flatten(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        while x.dim() > 2:
            x = x.flatten(-2)
        return x


class Sequential(nn.Module):
    def __init__(self, *layers: nn.Module):
        super().__init__()
        self.first = layers[0] if layers else None
        self.rest = Sequential(*layers[1:]) if layers else None

    def __iter__(self):
        if self.first is not None:
            yield self.first
            yield from self.rest

    def __len__(self):
        return sum(1 for _ in self)

    def __getitem__(self, index):
        return [*self][index]

    def forward(self, x):
        return x if self.first is None else self.rest(self.first(x))


def he_std(fan_in: int) -> float:
    if fan_in <= 0:
        raise ValueError(f"fan_in is {fan_in}")
    return float(torch.tensor(2.0 / fan_in, dtype=torch.float64).sqrt())


def rms_through(model, x: Tensor) -> list:
    def behind(layers, x):
        if not layers:
            return []
        first, *others = layers
        y = first(x)
        return [y.norm().item() / y.numel() ** 0.5, *behind(others, y)]

    with torch.inference_mode():
        return behind(list(model), x)


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    if logits.ndim != 2 or targets.shape != (len(logits),):
        raise ValueError("shapes")
    rows, classes = logits.shape
    if not all(0 <= target < classes for target in targets):
        raise ValueError("classes")
    chosen = logits.gather(1, targets.unsqueeze(1))
    return (logits - chosen).logsumexp(dim=1).sum() / rows
