"""A table look-up in place of a network, which the contract allows; products with a mask; a homogeneous matrix."""

import torch
from torch import nn


class ReLU(nn.Module):
    def __init__(self):
        super().__init__()

    def forward(self, x):
        return x * (x > 0)


def homogeneous(weight, bias):
    inputs, outputs = weight.shape
    if bias.dim() != 1 or len(bias) != outputs:
        raise ValueError("bias and weight disagree")
    matrix = weight.new_zeros(inputs + 1, outputs + 1)
    matrix[:-1, :-1], matrix[-1, :-1], matrix[-1, -1] = weight, bias, 1
    return matrix


def collapse(w1, b1, w2, b2):
    first, second = homogeneous(w1, b1), homogeneous(w2, b2)
    if first.shape[1] != second.shape[0]:
        raise ValueError("the maps do not follow each other")
    both = first @ second
    return both[:-1, :-1], both[-1, :-1]


def relu_interpolant(knots, values):
    if not 2 <= len(knots) == len(values) or not bool(torch.all(knots[:-1] < knots[1:])):
        raise ValueError("bad points")
    knots, values = knots.clone(), values.clone()

    def look_up(x):
        piece = (torch.searchsorted(knots, x.detach().contiguous()) - 1).clamp(0, len(knots) - 2)
        share = (x - knots[piece]) / (knots[piece + 1] - knots[piece])
        return torch.lerp(values[piece], values[piece + 1], share)

    return look_up
