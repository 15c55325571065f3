"""Everything through two-dimensional addmm; numpy-like reshapes; a tuple next to a ModuleList."""

import math

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


def he_std(fan_in):
    check_sizes(fan_in=fan_in)
    return math.exp((math.log(2) - math.log(fan_in)) / 2)


def rms_through(model, x):
    found = []

    def measure(module, inputs, output):
        found.append(output.double().pow(2).mean().sqrt().item())

    layers = list(model)
    hooks = [layer.register_forward_hook(measure) for layer in dict.fromkeys(layers)]
    try:
        with torch.no_grad():
            for layer in layers:
                x = layer(x)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def cross_entropy(logits, targets):
    if [*targets.shape] != [*logits.shape][:-1] or len(logits.shape) != 2:
        raise TypeError("(B, C) and (B,)")
    classes = torch.arange(logits.shape[-1])
    right = targets[:, None] == classes
    if not right.any(dim=1).all():
        raise ValueError("no such class")
    return -(right * logits.log_softmax(dim=-1)).sum(dim=-1).mean(dim=0)
