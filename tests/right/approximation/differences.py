"""torch.diff for slopes and their changes; sums over a broadcast axis."""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, x, torch.zeros_like(x))


def collapse(w1, b1, w2, b2):
    h, o = w2.shape
    if w1.shape[1] != h or b1.shape != torch.Size([h]) or b2.shape != torch.Size([o]):
        raise ValueError("sizes do not fit")
    return torch.matmul(w1, w2), torch.matmul(b1, w2) + b2


def relu_interpolant(knots, values):
    n = knots.numel()
    if n < 2 or values.numel() != n:
        raise ValueError(f"{n} knots and {values.numel()} values")
    steps = torch.diff(knots)
    if not bool((steps > 0).all()):
        raise ValueError("unsorted knots")
    slope = torch.diff(values) / steps
    bend = torch.diff(slope, prepend=slope.new_zeros(1))

    def interpolate(x):
        hinges = torch.relu(x - knots[:-1])
        return values[0] + (hinges * bend).sum(dim=1, keepdim=True)

    return interpolate
