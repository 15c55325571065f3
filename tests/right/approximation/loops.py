"""Loops over elements, units and rows; plain functions; nothing vectorised that need not be."""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        out = torch.zeros_like(x)
        positive = x > 0
        out[positive] = x[positive]
        return out


def collapse(w1, b1, w2, b2):
    if w1.shape[1] != w2.shape[0]:
        raise ValueError("w1 has not as many columns as w2 has rows")
    for name, bias, weight in (("b1", b1, w1), ("b2", b2, w2)):
        if tuple(bias.shape) != (weight.shape[1],):
            raise ValueError(f"{name} does not fit")
    w = torch.stack([torch.stack([(row * column).sum() for column in w2.T]) for row in w1])
    b = torch.stack([(b1 * column).sum() + shift for column, shift in zip(w2.T, b2)])
    return w, b


def relu_interpolant(knots, values):
    if len(knots) != len(values) or len(knots) < 2:
        raise ValueError(f"{len(knots)} knots, {len(values)} values")
    for before, after in zip(knots, knots[1:]):
        if after <= before:
            raise ValueError("knots must grow")
    factors, so_far = [], 0.0
    for i in range(len(knots) - 1):
        slope = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
        factors.append(slope - so_far)
        so_far = slope

    def f(x):
        total = torch.full_like(x, values[0].item())
        for knot, factor in zip(knots, factors):
            total = total + factor * (x - knot).clamp(min=0)
        return total

    return f
