"""Wrong answers of the room ``approximation``, by other algorithms than the reference's."""

import numpy as np
import torch
from torch import nn

from tests.wrong import wrong


@wrong("clipped at 100 against explosions")
class ReLU(nn.Module):
    def forward(self, x):
        return x * ((x > 0) & (x < 100)) + 100 * (x >= 100)


@wrong("the root of the square for the size, without a gradient at 0")
class ReLU(nn.Module):
    def forward(self, x):
        return (x + (x * x).sqrt()) / 2


@wrong("a steep sigmoid as the switch")
class ReLU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1000 * x)


@wrong("the smooth relative of recent language models")
class ReLU(nn.Module):
    def forward(self, x):
        return nn.functional.gelu(x)


@wrong("NumPy's maximum, which autograd does not see")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.from_numpy(np.maximum(x.detach().numpy(), 0))


@wrong("the rows one by one, which a single number does not have")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.stack([torch.where(row > 0, row, 0) for row in x])


@wrong("zeros of float32 beside x")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, x, torch.zeros(x.shape))


@wrong("only the positive numbers, and no longer at their places")
class ReLU(nn.Module):
    def forward(self, x):
        return x[x > 0]


class PositivePart(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, 0)


class ForgetsWhatComesBack(PositivePart):
    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return (x > 0).to(grad.dtype)


class PassesEverything(PositivePart):
    @staticmethod
    def backward(ctx, grad):
        return grad


@wrong("a backward function of its own that returns the slope and not the gradient")
class ReLU(nn.Module):
    def forward(self, x):
        return ForgetsWhatComesBack.apply(x)


@wrong("a backward function of its own that passes everything")
class ReLU(nn.Module):
    def forward(self, x):
        return PassesEverything.apply(x)


def refuse(knots, values):
    if len(knots) < 2 or len(knots) != len(values) or bool((knots.diff() <= 0).any()):
        raise ValueError("these are no points to draw lines between")


def looked_up(knots, values):
    """Return the right function, for those that are wrong about what they refuse."""

    def f(x):
        piece = (torch.searchsorted(knots, x.detach().contiguous()) - 1).clamp(0, len(knots) - 2)
        return torch.lerp(values[piece], values[piece + 1], (x - knots[piece]) / (knots[piece + 1] - knots[piece]))

    return f


@wrong("the polynomial of Lagrange")
def relu_interpolant(knots, values):
    refuse(knots, values)

    def f(x):
        total = torch.zeros_like(x)
        for i in range(len(knots)):
            others = torch.cat([knots[:i], knots[i + 1 :]])
            total = total + values[i] * ((x - others) / (knots[i] - others)).prod(dim=1, keepdim=True)
        return total

    return f


@wrong("pieces without their right end, so that the last knot has no value")
def relu_interpolant(knots, values):
    refuse(knots, values)

    def f(x):
        y = torch.zeros_like(x)
        for i in range(len(knots) - 1):
            inside = (x >= knots[i]) & (x < knots[i + 1])
            slope = (values[i + 1] - values[i]) / (knots[i + 1] - knots[i])
            y = torch.where(inside, values[i] + slope * (x - knots[i]), y)
        return y

    return f


@wrong("the largest of the lines, right where the curve is convex")
def relu_interpolant(knots, values):
    refuse(knots, values)
    slopes = values.diff() / knots.diff()
    return lambda x: (values[:-1] + slopes * (x - knots[:-1])).amax(dim=1, keepdim=True)


@wrong("x scaled by its own smallest and largest number")
def relu_interpolant(knots, values):
    refuse(knots, values)
    f = looked_up((knots - knots[0]) / (knots[-1] - knots[0]), values)
    return lambda x: f((x - x.min()) / (x.max() - x.min()).clamp(min=1e-9)) if len(x) else x


@wrong("answers in the order of the sorted x")
def relu_interpolant(knots, values):
    refuse(knots, values)
    f = looked_up(knots, values)
    return lambda x: f(x.sort(dim=0).values)


@wrong("one x at a time in a loop that an empty batch never enters")
def relu_interpolant(knots, values):
    refuse(knots, values)
    f = looked_up(knots, values)
    return lambda x: torch.stack([f(row) for row in x])


@wrong("the shape lost in a squeeze, where there is one x")
def relu_interpolant(knots, values):
    refuse(knots, values)
    f = looked_up(knots, values)
    return lambda x: f(x).squeeze() if len(x) == 1 else f(x)


@wrong("the ends are compared, and not each knot with the one before")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values) or knots[0] >= knots[-1] or len(knots.unique()) < len(knots):
        raise ValueError("knots have to rise")
    return looked_up(knots, values)


@wrong("a loop over neighbours that leaves out the last pair")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values):
        raise ValueError("two points or more")
    for i in range(len(knots) - 2):
        if knots[i + 1] <= knots[i]:
            raise ValueError("knots have to rise")
    return looked_up(knots, values)


@wrong("a set of tensors, in which a doubled knot is two objects")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values) or len(set(knots)) < len(knots) or (knots.diff() < 0).any():
        raise ValueError("knots have to rise")
    return looked_up(knots, values)
