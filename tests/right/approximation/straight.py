"""As the chapter says it: clamp, matrix products, hinges summed in a loop."""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        return x * (x > 0)


def collapse(w1, b1, w2, b2):
    if w1.shape[1] != w2.shape[0]:
        raise ValueError("w1 and w2 do not fit")
    if b1.shape != (w1.shape[1],):
        raise ValueError("b1 does not fit")
    if b2.shape != (w2.shape[1],):
        raise ValueError("b2 does not fit")
    w = w1 @ w2
    b = b1 @ w2 + b2
    return w, b


def relu_interpolant(knots, values):
    if len(knots) < 2:
        raise ValueError("at least two knots")
    if len(knots) != len(values):
        raise ValueError("as many values as knots")
    if (knots[1:] <= knots[:-1]).any():
        raise ValueError("knots have to grow")
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])

    def f(x):
        y = values[0] + slopes[0] * torch.relu(x - knots[0])
        for i in range(1, len(slopes)):
            y = y + (slopes[i] - slopes[i - 1]) * torch.relu(x - knots[i])
        return y

    return f
