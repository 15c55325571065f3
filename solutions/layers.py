"""Chapter 2: the layers of the classifier."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn


class Linear(nn.Module):
    """An affine layer: every output is a weighted sum of all inputs, plus a bias.

    Args:
        in_features: number of inputs, at least 1.
        out_features: number of outputs, at least 1.
        std: standard deviation of the initial weights, at least 0.

    Attributes:
        weight: parameter of shape (in_features, out_features), drawn from a normal distribution with mean 0 and
            standard deviation ``std``.
        bias: parameter of shape (out_features,), zeros at the start.

    Raises:
        ValueError: a size is below 1, or ``std`` is negative.

    Printing the layer shows both sizes and the word bias. The layer does not choose a device.

    Example:
        >>> Linear(784, 256)(torch.zeros(32, 784)).shape
        torch.Size([32, 256])
    """

    def __init__(self, in_features: int, out_features: int, std: float = 0.1) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        if in_features < 1 or out_features < 1:
            raise ValueError(f"a layer needs at least one input and one output, not {in_features} and {out_features}")
        if std < 0:
            raise ValueError(f"a standard deviation cannot be negative: {std}")
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = nn.Parameter(torch.zeros(out_features))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x @ weight + bias``.

        Args:
            x: floating, shape (…, in_features); any number of leading dimensions, also none.

        Returns:
            Shape (…, out_features).

        Raises:
            ValueError: the last dimension of ``x`` is not in_features.
        """
        ### BEGIN SOLUTION
        if x.shape[-1] != self.weight.shape[0]:
            raise ValueError(f"the last dimension should be {self.weight.shape[0]}, but x is {tuple(x.shape)}")
        return x @ self.weight + self.bias
        ### END SOLUTION

    def extra_repr(self) -> str:
        """Return what ``print`` shows between the brackets: both sizes and the word bias."""
        ### BEGIN SOLUTION
        in_features, out_features = self.weight.shape
        return f"{in_features}, {out_features}, bias=True"
        ### END SOLUTION


class Flatten(nn.Module):
    """Makes one row of each example: (B, …) becomes (B, N), where N is the product of the other sizes.

    Example:
        >>> Flatten()(torch.zeros(32, 28, 28)).shape
        torch.Size([32, 784])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the same numbers, one row for each example.

        Args:
            x: shape (B, …) with two or more dimensions. B may be 0, and the tensor need not be contiguous
                (a transposed one is not).

        Returns:
            Shape (B, N).
        """
        ### BEGIN SOLUTION
        return x.flatten(start_dim=1)
        ### END SOLUTION


class Sequential(nn.Module):
    """Layers in a row: the output of each is the input of the next.

    The layers' parameters are the container's parameters; ``train()``, ``eval()``, ``to()`` and ``state_dict()``
    reach every layer. The container holds the very modules that were passed, also one that occurs twice. ``len``,
    iteration and integer indices (negative ones too) work as for a list. Without layers it returns its input.

    Args:
        layers: modules, in the order in which they are applied.

    Example:
        >>> network = Sequential(Flatten(), Linear(784, 10))
        >>> network(torch.zeros(32, 28, 28)).shape
        torch.Size([32, 10])
    """

    def __init__(self, *layers: nn.Module) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        self.layers = nn.ModuleList(layers)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers in order and return what the last one returns."""
        ### BEGIN SOLUTION
        for layer in self.layers:
            x = layer(x)
        return x
        ### END SOLUTION

    def __len__(self) -> int:
        """Return the number of layers."""
        ### BEGIN SOLUTION
        return len(self.layers)
        ### END SOLUTION

    def __iter__(self) -> Iterator[nn.Module]:
        """Iterate over the layers in order."""
        ### BEGIN SOLUTION
        return iter(self.layers)
        ### END SOLUTION

    def __getitem__(self, index: int) -> nn.Module:
        """Return the layer at this position; negative positions count from the end."""
        ### BEGIN SOLUTION
        return self.layers[index]
        ### END SOLUTION
