"""Products with a whole mask; knots compared pair by pair in a loop; one line for each piece, of which one is picked."""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        return torch.heaviside(x.detach(), torch.zeros((), dtype=x.dtype)) * x


def relu_interpolant(knots, values):
    places, heights = knots.tolist(), values.tolist()
    if len(places) < 2 or len(places) != len(heights):
        raise ValueError("two points or more, and a value for each knot")
    for left, right in zip(places, places[1:]):
        if not left < right:
            raise ValueError(f"{right} does not lie behind {left}")
    slopes = values.diff() / knots.diff()

    def f(x):
        lines = values[:-1] + slopes * (x - knots[:-1])
        piece = (x.detach() > knots[1:-1]).sum(dim=1, keepdim=True)
        return lines.gather(1, piece)

    return f
