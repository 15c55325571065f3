"""Chapter 1: a network approximates a function."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


def collapse(w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor) -> tuple[Tensor, Tensor]:
    """Return the one affine map that does what two in a row do: ``x @ w + b == (x @ w1 + b1) @ w2 + b2``.

    It holds for every x of shape (B, I). The four tensors that come in keep their values.

    Args:
        w1: first weight, shape (I, H).
        b1: first bias, shape (H,).
        w2: second weight, shape (H, O).
        b2: second bias, shape (O,).

    Returns:
        The weight w, shape (I, O), and the bias b, shape (O,), in the dtype of the four.

    Raises:
        ValueError: the sizes do not fit each other, also where broadcasting would hide it: a bias of shape (1,) does
            not fit three outputs.

    Example:
        >>> one, three = torch.eye(2), 3 * torch.eye(2)
        >>> w, b = collapse(one, torch.ones(2), three, torch.zeros(2))
        >>> b
        tensor([3., 3.])
    """
    ### BEGIN SOLUTION
    if w1.ndim != 2 or w2.ndim != 2 or w1.shape[1] != w2.shape[0]:
        raise ValueError(f"the second weight does not fit the first: {tuple(w1.shape)} and {tuple(w2.shape)}")
    if b1.shape != w1.shape[1:] or b2.shape != w2.shape[1:]:
        raise ValueError(f"the biases do not fit the weights: {tuple(b1.shape)} and {tuple(b2.shape)}")
    return w1 @ w2, b1 @ w2 + b2
    ### END SOLUTION


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


def relu_interpolant(knots: Tensor, values: Tensor) -> Callable[[Tensor], Tensor]:
    """Build a network with one hidden layer of ReLUs that passes through the points and is linear between them.

    Each hidden unit is a hinge: 0 up to its knot, then a line. Added up, the hinges change the slope at each knot.
    The gaps between the knots need not be equal. Knots and values keep their values.

    Args:
        knots: where the points are, shape (n,); two or more, each larger than the
            one before.
        values: how high the points are, shape (n,), in the dtype of ``knots``.

    Returns:
        A function or module f. It maps x of shape (B, 1) to shape (B, 1), both in the dtype of ``knots``; the rows of x
        come in any order, and B may be 0. Gradients flow through f: between two knots the gradient with respect to x
        is the slope of that piece. Before the first knot and after the last one f may be anything finite.

    Raises:
        ValueError: there are fewer than two knots, not as many values as knots, or a knot is not larger than the one
            before (out of order, or twice the same).

    Example:
        >>> knots = torch.tensor([0.0, 1.0, 2.0])
        >>> f = relu_interpolant(knots, torch.tensor([0.0, 10.0, 0.0]))
        >>> f(torch.tensor([[0.5], [1.0], [1.5]]))
        tensor([[ 5.],
                [10.],
                [ 5.]])
    """
    ### BEGIN SOLUTION
    if knots.ndim != 1 or len(knots) < 2 or knots.shape != values.shape:
        raise ValueError(f"two or more knots need as many values, not {tuple(knots.shape)} and {tuple(values.shape)}")
    if not (knots[1:] > knots[:-1]).all():
        raise ValueError("each knot has to be larger than the one before")
    values = values.to(knots.dtype)
    slopes = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    changes = torch.cat([slopes[:1], slopes[1:] - slopes[:-1]])

    def network(x: Tensor) -> Tensor:
        hidden = torch.relu(x.to(knots.dtype) - knots[:-1])  # (B, n - 1)
        return hidden @ changes.unsqueeze(1) + values[0]

    return network
    ### END SOLUTION
