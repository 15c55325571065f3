"""Right: close to the text of the chapter, with type hints and a helper."""

import torch
from torch import Tensor, nn


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, std: float = 0.1) -> None:
        super().__init__()
        require(min(in_features, out_features) >= 1, "both sizes have to be at least 1")
        require(std >= 0, "std is negative")
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.empty(in_features, out_features).normal_(0, std))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: Tensor) -> Tensor:
        require(x.shape[-1] == self.in_features, f"expected {self.in_features} inputs, got {x.shape[-1]}")
        return torch.matmul(x, self.weight) + self.bias

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias=True"


class Flatten(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.flatten(x, 1)


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

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index: int) -> nn.Module:
        return self.layers[index]


def rms_through(model, x: Tensor) -> list[float]:
    sizes = []
    with torch.no_grad():
        for layer in model:
            x = layer(x)
            sizes.append(torch.sqrt(torch.mean(x**2)).item())
    return sizes


def scale_layers(model, x: Tensor) -> None:
    modules = list(model)
    places = [place for place, module in enumerate(modules) if hasattr(module, "weight")]
    for place, end in zip(places, places[1:] + [len(modules)]):
        size = rms_through(modules[:end], x)[-1]
        while abs(size - 1) > 0.0005:
            with torch.no_grad():
                modules[place].weight /= size
            size = rms_through(modules[:end], x)[-1]


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    if logits.dim() != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("logits (B, C) and targets (B,) do not fit")
    if not bool((targets >= 0).all() and (targets < logits.shape[1]).all()):
        raise ValueError("a target is no class")
    highest = logits.max(dim=1, keepdim=True).values.detach()
    shifted = logits - highest
    log_probabilities = shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    return -log_probabilities[torch.arange(len(targets)), targets].mean()
