"""Layers with hand-written forward and backward passes for the fast path, as chapter 4 derives them."""

from dataclasses import dataclass

import torch
from torch import Tensor

threshold_backward = torch.ops.aten.threshold_backward.grad_input  # which is long to look up


@dataclass(eq=False)
class Layer:
    """An affine layer that knows its way forward and back."""

    weight: Tensor  # shape (I, O)
    bias: Tensor  # shape (O,)
    input_scale: float  # 1 / (1 - p) of the dropout before the layer; the product with the weight takes it along
    gradient_scale: float  # of the dropouts behind it, which the gradients that arrive here lack
    masks: Tensor | None  # 0 where an output is dropped, else 1, for each image of a block: shape (block, O)

    def __post_init__(self) -> None:
        self.transposed = self.weight.t()

    @property
    def parameters(self) -> list[Tensor]:
        return [self.weight, self.bias]

    def as_affine(self) -> tuple[Tensor, Tensor]:
        """Return weight and bias of an affine layer equal to this one after training."""
        return self.weight, self.bias

    def forward(self, x: Tensor, out: Tensor) -> Tensor:
        return torch.addmm(self.bias, x, self.weight, alpha=self.input_scale, out=out)

    def input_gradient(self, x: Tensor, grad_out: Tensor, out: Tensor) -> Tensor:
        """Return the gradient before the ReLU and the dropout whose result is ``x``: nothing passes where that is 0."""
        torch.mm(grad_out, self.transposed, out=out)
        return threshold_backward(out, x, 0, grad_input=out)

    def product_gradient(self, grad_out: Tensor, share: float) -> Tensor:
        """Return the gradient of the product of input and weight."""
        return grad_out

    def descend(self, place: "Place", lr: float) -> None:
        """Take a step of gradient descent along the sum over the batch."""
        factor = -lr * self.gradient_scale
        self.weight.addmm_(place.x_transposed, place.gradient, alpha=factor * self.input_scale)
        # The sum over the batch, and the step, in one product.
        self.bias.addmv_(place.gradient_transposed, place.ones, alpha=factor)

    def set_gradients(self, x: Tensor, grad_out: Tensor, share: float) -> None:
        """Leave the sum over the batch, times ``share``, in ``grad`` of each parameter."""
        self.set_weight_gradient(x, grad_out, share)
        torch.sum(grad_out, dim=0, out=self.bias.grad).mul_(share * self.gradient_scale)

    def set_weight_gradient(self, x: Tensor, grad_out: Tensor, share: float) -> None:
        factor, gradient = share * self.gradient_scale * self.input_scale, self.weight.grad
        assert gradient is not None  # reserved, where there is an optimizer to read it
        torch.addmm(gradient, x.t(), grad_out, beta=0, alpha=factor, out=gradient)


@dataclass(eq=False)
class NormalizedLayer(Layer):
    """A layer whose outputs have, over a batch, the mean ``bias`` and the standard deviation ``spread``, both learned.

    Batch normalisation: Ioffe and Szegedy, arXiv:1502.03167. It is affine after training, so the
    model need not know of it.
    """

    EPSILON = 1e-5
    MOMENTUM = 0.05

    def __post_init__(self) -> None:
        """Begin as if all outputs had the mean 0 and the variance 1."""
        super().__post_init__()
        self.spread = torch.ones_like(self.bias)
        self.running_mean, self.running_var = torch.zeros_like(self.bias), torch.ones_like(self.bias)

    @property
    def parameters(self) -> list[Tensor]:
        return [self.weight, self.bias, self.spread]

    def as_affine(self) -> tuple[Tensor, Tensor]:
        factor = self.spread * (self.running_var + self.EPSILON).rsqrt()
        return self.weight * factor, self.bias - self.running_mean * factor

    def forward(self, x: Tensor, out: Tensor) -> Tensor:
        self._product = torch.addmm(out, x, self.weight, beta=0, alpha=self.input_scale)
        several = len(x) > 1  # one image has no variance, and would make the running one NaN
        running = self.running_mean if several else None, self.running_var if several else None
        normalized, *self._statistics = torch.native_batch_norm(
            self._product, self.spread, self.bias, *running, True, self.MOMENTUM, self.EPSILON
        )
        return out.copy_(normalized)

    def product_gradient(self, grad_out: Tensor, share: float) -> Tensor:
        """Return the gradient of the product, and leave those of ``bias`` and ``spread`` in their ``grad``."""
        gradient, of_spread, of_bias = torch.ops.aten.native_batch_norm_backward(
            *(grad_out, self._product, self.spread, None, None, *self._statistics, True, self.EPSILON, [True] * 3)
        )
        factor = share * self.gradient_scale
        torch.mul(of_spread, factor, out=self.spread.grad)
        torch.mul(of_bias, factor, out=self.bias.grad)
        return gradient

    def set_gradients(self, x: Tensor, grad_out: Tensor, share: float) -> None:
        self.set_weight_gradient(x, grad_out, share)


class Place:
    """The tensors of a layer in a step: input (B, I), output (B, O), its masks, as in ``Layer``, and its gradient.

    They are always the same memory, so the views of it are made once.
    """

    def __init__(self, x: Tensor, out: Tensor, masks: Tensor | None, gradient: Tensor) -> None:
        self.x, self.out, self.masks, self.gradient = x, out, masks, gradient
        self.x_transposed, self.gradient_transposed = x.t(), gradient.t()
        self.ones = torch.ones(len(x), device=x.device)
