"""Chapter 1: a network approximates a function."""

import torch
from torch import Tensor, nn


class ReLU(nn.Module):
    """The rectified linear unit: negative numbers become 0, all others stay as they are.

    The input tensor keeps its values: whoever passed it may still need them. The gradient that comes back is passed on
    where the input is above 0. Elsewhere it is 0, also where the input is exactly 0.

    Example:
        >>> ReLU()(torch.tensor([-2.0, 0.0, 3.0]))
        tensor([0., 0., 3.])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return ``max(x, 0)``, element by element.

        Args:
            x: any shape, a single number and no number at all included; any floating dtype.

        Returns:
            A tensor with the shape, dtype and device of ``x``.
        """
        ### BEGIN SOLUTION
        return torch.where(x > 0, x, 0)
        ### END SOLUTION


def affine_at(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the affine map with which a network with one hidden layer of ReLUs agrees near a point.

    The network takes z to ``relu(z @ w1 + b1) @ w2 + b2``. Its graph consists of flat pieces: for every z on the piece
    of x, the network equals ``z @ w + b``.

    A unit is on if its ReLU receives a number above 0 at x. If it receives exactly 0, x is on a crease, and the unit
    counts as off, as in the gradient of ``ReLU``; at x itself the map still has the network's value.

    The five tensors keep their values.

    Args:
        w1: weight of the hidden layer, shape (I, H): I inputs, H units.
        b1: its bias, shape (H,).
        w2: weight of the output layer, shape (H, O): O outputs.
        b2: its bias, shape (O,).
        x: one point, shape (I,).

    Returns:
        The weight w, shape (I, O), and the bias b, shape (O,), in the dtype of the five.

    Example:
        Hinges from 0 and from 1:

        >>> w1, b1 = torch.tensor([[1.0, 1.0]]), torch.tensor([0.0, -1.0])
        >>> w2, b2 = torch.tensor([[2.0], [-2.5]]), torch.tensor([1.0])
        >>> affine_at(w1, b1, w2, b2, torch.tensor([0.5]))
        (tensor([[2.]]), tensor([1.]))
        >>> affine_at(w1, b1, w2, b2, torch.tensor([2.0]))
        (tensor([[-0.5000]]), tensor([3.5000]))
    """
    ### BEGIN SOLUTION
    on = x @ w1 + b1 > 0  # (H,)
    return (w1 * on) @ w2, (b1 * on) @ w2 + b2
    ### END SOLUTION


def relu_interpolant(knots: Tensor, values: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return a network with one hidden layer of ReLUs that passes through the points and is linear between them.

    The network takes x to ``relu(x @ weight + bias) @ out_weight + out_bias``. It has at most one hidden unit for each
    knot. The gaps between the knots need not be equal. Before the first knot and after the last one the network may
    take any values.

    Knots and values keep their values.

    Args:
        knots: where the points are, shape (n,); two or more, each larger than the
            one before.
        values: how high the points are, shape (n,), in the dtype of ``knots``.

    Returns:
        For H hidden units: weight, shape (1, H), and bias, shape (H,), of the hidden layer; out_weight, shape (H, 1),
        and out_bias, shape (1,), of the output. All have the dtype of ``knots``.

    Raises:
        ValueError: there are fewer than two knots, not as many values as knots, or a knot is not larger than the one
            before (out of order, or twice the same).

    Example:
        >>> knots = torch.tensor([0.0, 1.0, 2.0])
        >>> weight, bias, out_weight, out_bias = relu_interpolant(knots, torch.tensor([0.0, 10.0, 0.0]))
        >>> x = torch.tensor([[0.5], [1.0], [1.5]])
        >>> torch.relu(x @ weight + bias) @ out_weight + out_bias
        tensor([[ 5.],
                [10.],
                [ 5.]])
    """
    ### BEGIN SOLUTION
    if knots.ndim != 1 or len(knots) < 2 or knots.shape != values.shape:
        raise ValueError(f"two or more knots need as many values, not {tuple(knots.shape)} and {tuple(values.shape)}")
    if not (knots[1:] > knots[:-1]).all():
        raise ValueError("each knot has to be larger than the one before")
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    changes = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])
    weight = torch.ones_like(changes).unsqueeze(0)  # (1, n - 1)
    return weight, -knots[:-1], changes.unsqueeze(1), values[:1]
    ### END SOLUTION


def bends(w1: Tensor, b1: Tensor, w2: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the graph of a network with one input, hidden ReLUs and one output bends, and by how much.

    The network takes x to ``relu(x @ w1 + b1) @ w2`` plus a constant, which changes no slope. Units that bend the graph
    at exactly the same place make one bend; where they cancel exactly, there is none. A unit whose weight in w1 is 0
    bends nothing.

    The three tensors keep their values.

    Args:
        w1: weight of the hidden layer, shape (1, H).
        b1: its bias, shape (H,).
        w2: weight of the output, shape (H, 1).

    Returns:
        The places of the K bends, from left to right, shape (K,), and by how much the slope changes at each, the slope
        right of it minus the slope left of it, shape (K,). Both have the dtype of ``w1``.

    Example:
        Hinges from 1, which rises, and from 3, which falls; and one that opens to the left:

        >>> bends(torch.tensor([[1.0, 1.0]]), torch.tensor([-1.0, -3.0]), torch.tensor([[2.0], [-2.5]]))
        (tensor([1., 3.]), tensor([ 2.0000, -2.5000]))
        >>> bends(torch.tensor([[-2.0]]), torch.tensor([6.0]), torch.tensor([[1.0]]))
        (tensor([3.]), tensor([2.]))
    """
    ### BEGIN SOLUTION
    weight, factor = w1.flatten(), w2.flatten()
    turns = weight != 0
    places, unit = (-b1[turns] / weight[turns]).unique(return_inverse=True)
    changes = torch.zeros_like(places).index_put((unit,), (weight.abs() * factor)[turns], accumulate=True)
    return places[changes != 0], changes[changes != 0]
    ### END SOLUTION
