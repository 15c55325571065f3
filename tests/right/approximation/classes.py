"""A dataclass for an affine map, a module with buffers for the network, an autograd function for the ReLU."""

from dataclasses import dataclass

import torch
from torch import nn


class _Rectify(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.relu()

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, grad, 0.0)


class ReLU(nn.Module):
    def forward(self, x):
        return _Rectify.apply(x)


@dataclass
class Affine:
    weight: torch.Tensor
    bias: torch.Tensor

    def __post_init__(self):
        if self.weight.shape[-1] != self.bias.shape[0]:
            raise TypeError("weight and bias have different numbers of outputs")

    def then(self, other):
        if self.weight.shape[-1] != other.weight.shape[0]:
            raise TypeError("the outputs of the first are not the inputs of the second")
        return Affine(torch.mm(self.weight, other.weight), other.bias.add(other.weight.T.mv(self.bias)))


def collapse(w1, b1, w2, b2):
    one = Affine(w1, b1).then(Affine(w2, b2))
    return one.weight, one.bias


class Interpolant(nn.Module):
    def __init__(self, knots, values):
        super().__init__()
        if knots.numel() != values.numel() or knots.numel() < 2:
            raise ValueError("different lengths")
        if knots.unique().numel() != knots.numel() or not torch.equal(knots, knots.sort()[0]):
            raise ValueError("knots in order and each once, please")
        self.relu = ReLU()
        self.register_buffer("knots", knots)
        self.register_buffer("start", values[0])
        design = self.relu(knots[1:, None] - knots[None, :-1])
        self.heights = nn.Parameter(torch.linalg.solve_triangular(design, (values[1:] - values[0])[:, None], upper=False))

    def forward(self, x):
        return self.relu(x - self.knots[:-1]) @ self.heights + self.start


def relu_interpolant(knots, values):
    return Interpolant(knots, values)
