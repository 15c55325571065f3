"""Chapter 3: dropout, and the whole classifier."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from solutions.approximation import ReLU
from solutions.layers import Flatten, Linear, Sequential


def gap(
    model: nn.Module,
    criterion: Callable[[Tensor, Tensor], Tensor],
    seen: Iterable[tuple[Tensor, Tensor]],
    held: Iterable[tuple[Tensor, Tensor]],
) -> float:
    """Return the generalisation gap: how much larger the mean loss is on examples that were held back.

    Both losses are measured alike: over all examples, each counting the same, in evaluation mode and without recording
    gradients. Afterwards the model is in the mode that it was in before, and autograd records as before.

    Args:
        model: maps x to logits.
        criterion: takes logits and targets of a batch and returns the mean of its examples' losses.
        seen: the examples that the model learned from: batches (x, y), as a list, a data loader or a generator, to be
            iterated over once. Their sizes may differ: often the last batch is shorter. None
            of several is empty.
        held: the examples that were held back, in the same form.

    Returns:
        The mean loss over the examples of ``held`` minus that over the examples of ``seen``, a Python float.

    Raises:
        ValueError: ``seen`` or ``held`` has no examples: no batches, or only batches of 0 examples.

    Example:
        >>> one, zero = torch.ones(1, 1), torch.zeros(1, 1)
        >>> seen, held = [(one, one), (zero, zero)], [(zero, one)]
        >>> gap(nn.Identity(), nn.functional.mse_loss, seen, held)
        1.0
    """
    ### BEGIN SOLUTION

    def mean_loss(batches: Iterable[tuple[Tensor, Tensor]]) -> float:
        total, examples = 0.0, 0
        for x, y in batches:
            total += len(y) * criterion(model(x), y).item()
            examples += len(y)
        if examples == 0:
            raise ValueError("there are no examples to take a mean of")
        return total / examples

    was_training = model.training
    model.eval()
    with torch.no_grad():
        difference = -mean_loss(seen) + mean_loss(held)
    model.train(was_training)
    return difference
    ### END SOLUTION


class Dropout(nn.Module):
    """In training mode, sets elements to zero at random and scales the others, so that the mean stays the same.

    ``nn.Module`` keeps the mode in ``training``; ``train()`` and ``eval()`` change it, for this layer alone or for a
    network that contains it.

    Args:
        p: probability that an element is set to zero, from 0 to 1; both ends are allowed.

    Raises:
        ValueError: ``p`` is not in [0, 1].

    Example:
        >>> dropout = Dropout(0.5).eval()
        >>> dropout(torch.ones(3))
        tensor([1., 1., 1.])
    """

    def __init__(self, p: float = 0.2) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"a probability lies between 0 and 1: {p}")
        self.p = p
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with some elements dropped; in evaluation mode, ``x``.

        In training mode, each element is zero with probability p, independently of all others and anew at each call;
        the others are multiplied by 1 / (1 - p). With p = 1 the result is zeros. The gradient is multiplied by the same
        factors, element by element, so with p = 1 it is zeros too. ``x`` itself is not changed.

        Args:
            x: any floating dtype, any shape.

        Returns:
            The shape, dtype and device of ``x``.
        """
        ### BEGIN SOLUTION
        if not self.training:
            return x
        keep = torch.rand_like(x) >= self.p
        if self.p == 1:  # nothing is kept, so there is nothing to scale
            return x * keep
        return x * keep / (1 - self.p)
        ### END SOLUTION


class Classifier(nn.Module):
    """The course's network: 784 pixels, hidden layers of 256 and 64 units, ten classes.

    In order: Flatten, Linear 784-256, ReLU, Dropout, Linear 256-64, ReLU, Dropout, Linear 64-10. What comes out are
    logits: no softmax, as the cross-entropy loss takes care of that. Weights and biases are the network's parameters;
    how they start, and whether a weight is stored as (in, out) or (out, in), is left to the linear layer.

    Args:
        dropout: the probability of both dropout layers.

    Attributes:
        labels: the names of the ten classes, in the data set's order.

    Example:
        >>> Classifier()(torch.zeros(32, 1, 28, 28)).shape
        torch.Size([32, 10])
    """

    labels = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )

    def __init__(self, dropout: float = 0.2) -> None:
        ### BEGIN SOLUTION
        super().__init__()
        first = [Flatten(), Linear(784, 256), ReLU(), Dropout(dropout)]
        second = [Linear(256, 64), ReLU(), Dropout(dropout)]
        self.layers = Sequential(*first, *second, Linear(64, 10))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits.

        Args:
            x: images, floating, shape (B, 28, 28) or (B, 1, 28, 28).

        Returns:
            Shape (B, 10).
        """
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION

    def predictions(self, x: Tensor) -> dict[str, float]:
        """Return the probability of each label for one image.

        The model answers in evaluation mode and without recording gradients, whatever mode it is in. Then, also after a
        refusal, it is in the mode it was in before, and autograd records as before.

        Args:
            x: one image, floating, shape (28, 28), (1, 28, 28) or (1, 1, 28, 28), on the model's device.

        Returns:
            Label to probability, a float for each of ``labels``; they add up to 1.

        Raises:
            ValueError: ``x`` has another shape; a batch of several images is refused too.
        """
        ### BEGIN SOLUTION
        if x.shape not in {(28, 28), (1, 28, 28), (1, 1, 28, 28)}:
            raise ValueError(f"one image of 28 by 28 pixels is wanted, but x is {tuple(x.shape)}")
        was_training = self.training
        self.eval()
        with torch.no_grad():
            logits = self(x.reshape(1, 28, 28))
        self.train(was_training)
        return dict(zip(self.labels, logits.softmax(dim=1)[0].tolist(), strict=True))
        ### END SOLUTION
