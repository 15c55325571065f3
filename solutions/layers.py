"""Chapter 2: the layers of the classifier."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

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

    The layer does not choose a device. ``extra_repr``, which is given, decides what printing the layer shows.

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
            x: floating, shape (…, in_features); any number of leading dimensions, including none.

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
        return f"{', '.join(map(str, self.weight.shape))}, bias=True"


class Flatten(nn.Module):
    """Makes one row of each example: (B, …) becomes (B, N), where N is the product of the other sizes.

    Gradients flow back through it.

    Example:
        >>> Flatten()(torch.zeros(32, 28, 28)).shape
        torch.Size([32, 784])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the same numbers, one row for each example.

        Args:
            x: shape (B, …) with two or more dimensions, B at least 1. The tensor need not be contiguous
                (a transposed one is not).

        Returns:
            Shape (B, N), in the dtype of ``x``.
        """
        ### BEGIN SOLUTION
        return x.flatten(start_dim=1)
        ### END SOLUTION


class Sequential(nn.Module):
    """Layers in a row: the output of each is the input of the next.

    The layers' parameters are the container's parameters; ``train()``, ``eval()``, ``to()`` and ``state_dict()``
    reach every layer. The container holds the very modules that were passed, even if one occurs twice. ``len``,
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


def rms_through(model: Iterable[nn.Module], x: Tensor) -> list[float]:
    """Measure how large the numbers are that leave each layer of a network: their root mean square (RMS).

    It only measures: ``x`` keeps its values, no gradients are recorded, and the model computes in the mode that it is
    in and stays in it.

    Args:
        model: layers in a row, such as a ``Sequential``. Iterating over it yields the layers in order, none of which
            changes its input; the output of each is the input of the next.
        x: the input of the first layer, floating.

    Returns:
        A list with one Python float for each layer, in order: the square root of the mean of the squares of all numbers
        in its output, those of all examples together. The RMS of ``x`` itself is not among them. Without layers the
        list is empty.

    Example:
        >>> network = Sequential(nn.Identity(), nn.ReLU())
        >>> rms_through(network, torch.tensor([[4.0, -4.0, 0.0, 0.0]]))[1]
        2.0
    """
    ### BEGIN SOLUTION
    sizes = []
    with torch.no_grad():
        for layer in model:
            x = layer(x)
            sizes.append(x.square().mean().sqrt().item())
    return sizes
    ### END SOLUTION


def scale_layers(model: Iterable[nn.Module], x: Tensor) -> None:
    """Rescale the weights of a network, layer by layer, until the numbers that leave each layer have an RMS of 1.

    A module with an attribute ``weight`` begins a layer: your ``Linear``, PyTorch's, a convolution. The modules after
    it, such as a ReLU, belong to the same layer, up to the next module with a weight, and what leaves the last of them
    leaves the layer. Modules before the first layer, such as a ``Flatten``, only prepare its input.

    Layer after layer, from the first to the last, multiply the weight by a positive number until the RMS of all
    numbers that leave the layer for this batch is 1 to within a thousandth. Nothing else changes: the weights stay the
    same parameters and keep their proportions, the biases and ``x`` keep their values.

    Args:
        model: modules in a row, such as a ``Sequential``. Iterating over it, as often as you like, yields them in
            order. None occurs twice, draws at random or changes its input; none without a weight has parameters.
            Biases lie between -1 and 1.
        x: the batch to measure with, floating. For each layer exactly one factor gives an RMS of 1: a smaller one
            leaves it below 1, a larger one above. No layer returns zeros alone.

    Example:
        >>> network = Sequential(Linear(4, 8), nn.ReLU(), Linear(8, 3))
        >>> x = torch.randn(50, 4)
        >>> scale_layers(network, x)
        >>> [round(size, 2) for size in rms_through(network, x)[1:]]
        [1.0, 1.0]
    """
    ### BEGIN SOLUTION
    modules = list(model)
    places = [at for at, module in enumerate(modules) if hasattr(module, "weight")]
    with torch.no_grad():
        for place, end in pairwise([*places, len(modules)]):
            through = nn.Sequential(*modules[:end])
            while abs((size := through(x).square().mean().sqrt().item()) - 1) > 1e-4:
                modules[place].get_parameter("weight").div_(size)
    ### END SOLUTION


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the cross-entropy loss: the mean, over a batch, of minus the logarithm of the right class's probability.

    The softmax of the logits gives the probabilities. As the formula stands, its powers of e overflow; computed in
    another form, the loss is finite, and equal to PyTorch's to nine digits in float64, also where logits are 10,000 or
    -10,000. Gradients flow to the logits. Write it yourself: PyTorch's ``logsumexp`` and ``log_softmax`` may be used,
    its ``cross_entropy`` and ``nll_loss`` may not. The tensors that come in keep their values.

    Args:
        logits: one row for each example, float32 or float64, shape (B, C), B at least 1.
        targets: the number of the right class of each example, from 0 to C - 1, int64, shape (B,).

    Returns:
        The loss, a tensor without dimensions in the dtype of ``logits``.

    Raises:
        ValueError: a target is not in 0 … C - 1, or the shapes are not (B, C) and (B,).

    Example:
        >>> cross_entropy(torch.zeros(4, 10), torch.tensor([0, 3, 9, 9]))
        tensor(2.3026)
    """
    ### BEGIN SOLUTION
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits (B, C) and targets (B,) do not fit: {tuple(logits.shape)}, {tuple(targets.shape)}")
    if targets.min() < 0 or targets.max() >= logits.shape[1]:
        raise ValueError(f"targets have to lie between 0 and {logits.shape[1] - 1}")
    largest = logits.detach().amax(dim=1, keepdim=True)
    log_sums = (logits - largest).exp().sum(dim=1).log() + largest.squeeze(1)
    right = logits[torch.arange(len(logits)), targets]
    return (log_sums - right).mean()
    ### END SOLUTION


def relative_steps(model: nn.Module, rate: float) -> list[float]:
    """Measure how far one step of gradient descent would move each weight, compared with the size of the weight.

    After ``backward()``, a step of plain gradient descent changes a weight by ``rate`` times its gradient. The relative
    step is the root mean square (RMS) of these changes, over the RMS of the weight. It only measures: weights and
    gradients keep their values.

    Args:
        model: any module; its layers may lie in modules inside it, at any depth. A weight is a parameter that its layer
            calls ``weight``; biases do not count. Each weight has two dimensions or more and a gradient, is not zero
            everywhere, and belongs to one layer alone.
        rate: the learning rate, above 0.

    Returns:
        A list with one Python float for each weight, in the order of ``model.parameters()``. Without weights the list
        is empty.

    Example:
        >>> layer = Linear(3, 2)
        >>> layer.weight.square().sum().backward()
        >>> relative_steps(layer, 0.25)
        [0.5]
    """
    ### BEGIN SOLUTION
    ratios = []
    for name, parameter in model.named_parameters():
        if name.split(".")[-1] == "weight":
            assert parameter.grad is not None
            changes, weight = rate * parameter.grad, parameter.detach()
            ratios.append((changes.square().mean().sqrt() / weight.square().mean().sqrt()).item())
    return ratios
    ### END SOLUTION
