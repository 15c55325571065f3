"""Wrong answers of the room ``approximation``, by other algorithms than the reference's."""

import numpy as np
import torch
from torch import nn

from tests.wrong import wrong


@wrong("clipped at 6, from a network for telephones")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, x.clamp(max=6), 0)


@wrong("clipped at 100 against explosions")
class ReLU(nn.Module):
    def forward(self, x):
        return x * ((x > 0) & (x < 100)) + 100 * (x >= 100)


@wrong("half of x and its size, whose gradient at 0 is a half")
class ReLU(nn.Module):
    def forward(self, x):
        return (x + x.abs()) / 2


@wrong("the root of the square for the size, without a gradient at 0")
class ReLU(nn.Module):
    def forward(self, x):
        return (x + (x * x).sqrt()) / 2


@wrong("a steep sigmoid as the switch")
class ReLU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1000 * x)


@wrong("a sharp softplus")
class ReLU(nn.Module):
    def forward(self, x):
        return nn.functional.softplus(x, beta=1000)


@wrong("the smooth relative of recent language models")
class ReLU(nn.Module):
    def forward(self, x):
        return nn.functional.gelu(x)


@wrong("an exponential below 0")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.where(x > 0, x, x.exp() - 1)


@wrong("NumPy's maximum, which autograd does not see")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.from_numpy(np.maximum(x.detach().numpy(), 0))


@wrong("a new tensor of the numbers that a loop found")
class ReLU(nn.Module):
    def forward(self, x):
        return torch.tensor([max(number, 0.0) for number in x.flatten().tolist()], dtype=x.dtype).reshape(x.shape)


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


@wrong("what is below 0 is overwritten in x itself")
class ReLU(nn.Module):
    def forward(self, x):
        x[x < 0] = 0
        return x


class PositivePart(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, 0)


class LetsZeroPass(PositivePart):
    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return torch.where(x < 0, 0, grad)


class ForgetsWhatComesBack(PositivePart):
    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return (x > 0).to(grad.dtype)


class PassesEverything(PositivePart):
    @staticmethod
    def backward(ctx, grad):
        return grad


@wrong("a backward function of its own that lets 0 pass")
class ReLU(nn.Module):
    def forward(self, x):
        return LetsZeroPass.apply(x)


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


@wrong("NumPy's interp, through which no gradient flows")
def relu_interpolant(knots, values):
    refuse(knots, values)

    def f(x):
        found = np.interp(x.detach().numpy().flatten(), knots.numpy(), values.numpy())
        return torch.from_numpy(found).to(knots.dtype).unsqueeze(1)

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


@wrong("a smooth step from point to point")
def relu_interpolant(knots, values):
    refuse(knots, values)

    def f(x):
        piece = (torch.searchsorted(knots, x.detach().contiguous()) - 1).clamp(0, len(knots) - 2)
        share = ((x - knots[piece]) / (knots[piece + 1] - knots[piece])).clamp(0, 1)
        return values[piece] + (values[piece + 1] - values[piece]) * share**2 * (3 - 2 * share)

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


@wrong("pieces with both ends, added up, so that inner knots count twice")
def relu_interpolant(knots, values):
    refuse(knots, values)

    def f(x):
        y = torch.zeros_like(x)
        for i in range(len(knots) - 1):
            inside = ((x >= knots[i]) & (x <= knots[i + 1])).to(x.dtype)
            y = y + inside * (values[i] + (values[i + 1] - values[i]) / (knots[i + 1] - knots[i]) * (x - knots[i]))
        return y

    return f


@wrong("the largest of the lines, right where the curve is convex")
def relu_interpolant(knots, values):
    refuse(knots, values)
    slopes = values.diff() / knots.diff()
    return lambda x: (values[:-1] + slopes * (x - knots[:-1])).amax(dim=1, keepdim=True)


@wrong("hinges at random places and the least squares, through the points and bent elsewhere")
def relu_interpolant(knots, values):
    refuse(knots, values)
    places = torch.linspace(float(knots[0]) - 1, float(knots[-1]), 4 * len(knots), dtype=knots.dtype)
    hinges = torch.relu(knots.unsqueeze(1) - places)
    weights = torch.linalg.pinv(hinges) @ values
    return lambda x: (torch.relu(x - places) @ weights).unsqueeze(1)


@wrong("slopes as central differences at the knots")
def relu_interpolant(knots, values):
    refuse(knots, values)
    (slopes,) = torch.gradient(values, spacing=(knots,))
    changes = torch.cat([slopes[:1], slopes[1:-1] - slopes[:-2]])
    return lambda x: torch.relu(x - knots[:-1]) @ changes.unsqueeze(1) + values[0]


@wrong("knots taken as equally far apart from the first to the last")
def relu_interpolant(knots, values):
    refuse(knots, values)
    even = torch.linspace(float(knots[0]), float(knots[-1]), len(knots), dtype=knots.dtype)
    return looked_up(even, values)


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


@wrong("the nearest knot decides")
def relu_interpolant(knots, values):
    refuse(knots, values)
    return lambda x: values[(x - knots).abs().argmin(dim=1, keepdim=True)] + 0 * x


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


@wrong("a loop over neighbours that leaves out the first pair")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values):
        raise ValueError("two points or more")
    for i in range(2, len(knots)):
        if knots[i] <= knots[i - 1]:
            raise ValueError("knots have to rise")
    return looked_up(knots, values)


@wrong("the answer of the loop is returned after its first pair")
def relu_interpolant(knots, values):
    def rising():
        for one, other in zip(knots, knots[1:]):
            return bool(one < other)
        return False

    if len(knots) != len(values) or not rising():
        raise ValueError("knots have to rise")
    return looked_up(knots, values)


@wrong("the mean gap is looked at")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values) or knots.diff().mean() <= 0:
        raise ValueError("knots have to rise")
    return looked_up(knots, values)


@wrong("a comparison with the sorted knots, to which a doubled one is equal")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values) or not torch.equal(knots, knots.sort().values):
        raise ValueError("knots have to rise")
    return looked_up(knots, values)


@wrong("a set of tensors, in which a doubled knot is two objects")
def relu_interpolant(knots, values):
    if len(knots) < 2 or len(knots) != len(values) or len(set(knots)) < len(knots) or (knots.diff() < 0).any():
        raise ValueError("knots have to rise")
    return looked_up(knots, values)
