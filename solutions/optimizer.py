"""Chapter 4: gradients, and the steps that follow them."""

from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor, nn


def numerical_gradient(f: Callable[[Tensor], Tensor | float], x: Tensor, eps: float = 1e-6) -> Tensor:
    """Estimate the gradient of ``f`` at ``x`` by central differences: nudge each element up and down by ``eps``.

    Args:
        f: takes a float64 tensor of the shape of ``x`` and returns a number, float or tensor.
        x: where to measure, any shape and floating dtype; it keeps its values.
        eps: size of the nudge, above 0.

    Returns:
        The gradient, float64, in the shape of ``x``.

    Raises:
        ValueError: ``eps`` is not above 0.

    Example:
        >>> x = torch.tensor([1.0, 3.0])
        >>> numerical_gradient(lambda x: (x**2).sum(), x, eps=1e-3)
        tensor([2.0000, 6.0000], dtype=torch.float64)
    """
    ### BEGIN SOLUTION
    if not eps > 0:
        raise ValueError(f"the nudge has to be above 0: {eps}")
    point = x.detach().to(torch.float64).flatten()
    gradient = torch.zeros_like(point)
    for i in range(len(point)):
        up, down = point.clone(), point.clone()
        up[i] += eps
        down[i] -= eps
        gradient[i] = (float(f(up.reshape(x.shape))) - float(f(down.reshape(x.shape)))) / (2 * eps)
    return gradient.reshape(x.shape)
    ### END SOLUTION


def backward_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Begin a gradient's way back: the gradient of the mean cross-entropy with respect to the logits.

    By hand: autograd has no part in it, neither ``backward()`` nor its kin, so that it also works where nothing is
    recorded. The gradient is finite for logits of 10,000 and -10,000 too. Neither of the two tensors is changed.

    Args:
        logits: one row for each example, float32 or float64, shape (B, C), B at least 1.
        targets: the number of the right class of each example, from 0 to C - 1, int64, shape (B,).

    Returns:
        How much the loss grows when a logit does, in the shape and dtype of ``logits``.

    Example:
        >>> backward_cross_entropy(torch.zeros(2, 4), torch.tensor([0, 3]))
        tensor([[-0.3750,  0.1250,  0.1250,  0.1250],
                [ 0.1250,  0.1250,  0.1250, -0.3750]])
    """
    ### BEGIN SOLUTION
    right = nn.functional.one_hot(targets, logits.shape[1])
    return (logits.softmax(dim=1) - right) / len(logits)
    ### END SOLUTION


def backward_linear(x: Tensor, w: Tensor, grad_out: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Carry a gradient backwards through ``out = x @ w + b``.

    By hand: matrix products and sums of the three are enough. Autograd has no part in it, neither ``backward()`` nor
    its kin. None of the three is changed.

    Args:
        x: the layer's input, shape (B, I).
        w: its weight, shape (I, O).
        grad_out: gradient of the loss with respect to the output, shape (B, O).

    Returns:
        The gradients of the loss with respect to x (B, I), w (I, O) and b (O,), in this order and in the dtype of x.

    Example:
        >>> x, w = torch.ones(4, 3), torch.ones(3, 2)
        >>> grad_x, grad_w, grad_b = backward_linear(x, w, torch.ones(4, 2))
        >>> grad_b
        tensor([4., 4.])
    """
    ### BEGIN SOLUTION
    return grad_out @ w.T, x.T @ grad_out, grad_out.sum(dim=0)
    ### END SOLUTION


def backward_network(parameters: Sequence[Tensor], x: Tensor, targets: Tensor) -> tuple[Tensor | float, list[Tensor]]:
    """Find the loss of a classifier on a batch, and its gradients: forwards through all layers, and back.

    The network has any number of affine layers, from one on, with a ReLU after each but the last; a ReLU's gradient
    passes where its input is above 0, and nowhere else. By hand: your own functions may help, and autograd has no part
    in it, neither ``backward()`` nor its kin. Nothing that is passed is changed, and no parameter's ``.grad`` either.

    Args:
        parameters: the layers' weights (I, O) and biases (O,) in turn, from the first layer on.
        x: the batch, shape (B, I), in the dtype of the parameters, float32 or float64.
        targets: the number of the right class of each example, int64, shape (B,).

    Returns:
        The mean cross-entropy of the last layer's output, a number, and its gradients with respect to the parameters,
        in their order and shapes.

    Example:
        >>> w, b, x = torch.eye(2), torch.zeros(2), torch.ones(1, 2)
        >>> loss, gradients = backward_network([w, b], x, torch.tensor([0]))
        >>> gradients
        [tensor([[-0.5000,  0.5000],
                [-0.5000,  0.5000]]), tensor([-0.5000,  0.5000])]
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        inputs, gradients = [x], list[Tensor]()
        for w, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            inputs.append((inputs[-1] @ w + b).relu())
        scores = inputs[-1] @ parameters[-2] + parameters[-1]
        back = (scores.softmax(dim=1) - nn.functional.one_hot(targets, scores.shape[1])) / len(x)
        for w, given in zip(reversed(parameters[::2]), reversed(inputs), strict=True):
            gradients = [given.T @ back, back.sum(dim=0), *gradients]
            back = back @ w.T * (given > 0)
        return nn.functional.cross_entropy(scores, targets), gradients
    ### END SOLUTION


class Optimizer:
    """Gradient descent: each step moves every parameter a little against its gradient.

    It computes no gradients. It finds them in ``p.grad`` of each parameter ``p``, where ``backward()`` has left them.

    Args:
        params: the parameters, an iterable; the generator ``model.parameters()`` will do.
        lr: the learning rate, above 0.

    Raises:
        ValueError: there are no parameters, or ``lr`` is not above 0.

    Example:
        >>> weight = nn.Parameter(torch.tensor([1.0]))
        >>> optimizer = Optimizer([weight], lr=0.1)
        >>> (weight**2).sum().backward()
        >>> optimizer.step()
        >>> weight.item()
        0.800000011920929
    """

    def __init__(self, params: Iterable[nn.Parameter], lr: float) -> None:
        ### BEGIN SOLUTION
        self.params: list[Tensor] = list(params)  # a generator could be read only once
        self.lr = lr
        if not self.params:
            raise ValueError("there are no parameters to optimize")
        if not lr > 0:
            raise ValueError(f"the learning rate has to be above 0: {lr}")
        ### END SOLUTION

    def step(self) -> None:
        """Change each parameter in place, p <- p - lr * gradient, without recording the change for autograd.

        In place: the numbers change where they lie, so that whoever holds the parameter, or a view of its memory,
        sees the new ones. A parameter whose gradient is None is left alone. The gradients keep their values. After
        the step autograd records as it did before.
        """
        ### BEGIN SOLUTION
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= self.lr * p.grad
        ### END SOLUTION

    def zero_grad(self) -> None:
        """Forget the gradients: afterwards each one is None or zeros. The parameters keep their values."""
        ### BEGIN SOLUTION
        for p in self.params:
            p.grad = None
        ### END SOLUTION


class Momentum(Optimizer):
    """Gradient descent that keeps some of its velocity: v <- momentum * v + gradient, then p <- p - lr * v.

    Each parameter has its own velocity, zeros at the start. Otherwise as ``Optimizer``, from which it inherits.

    Args:
        params: the parameters, as an iterable.
        lr: the learning rate, above 0.
        momentum: the share of the velocity that is kept, at least 0 and below 1.

    Raises:
        ValueError: there are no parameters, ``lr`` is not above 0, or ``momentum`` is not in [0, 1).

    Example:
        >>> weight = nn.Parameter(torch.tensor([1.0]))
        >>> optimizer = Momentum([weight], lr=0.25, momentum=0.5)
        >>> weight.grad = torch.tensor([1.0])
        >>> optimizer.step()  # v = 1
        >>> optimizer.step()  # v = 0.5 * 1 + 1
        >>> weight.item()
        0.375
    """

    def __init__(self, params: Iterable[nn.Parameter], lr: float, momentum: float = 0.9) -> None:
        ### BEGIN SOLUTION
        super().__init__(params, lr)
        if not 0 <= momentum < 1:
            raise ValueError(f"the momentum is at least 0 and below 1: {momentum}")
        self.momentum = momentum
        self.velocities = [torch.zeros_like(p) for p in self.params]
        ### END SOLUTION

    def step(self) -> None:
        """Change velocities and parameters in place, without recording the change for autograd.

        A parameter whose gradient is None is left alone, and its velocity is kept as it is. The gradients keep their
        values.
        """
        ### BEGIN SOLUTION
        with torch.no_grad():
            for p, v in zip(self.params, self.velocities, strict=True):
                if p.grad is not None:
                    v *= self.momentum
                    v += p.grad
                    p -= self.lr * v
        ### END SOLUTION


class Adam(Optimizer):
    """Steps whose length each element finds from its own gradients: their mean, over the root of their mean square.

    In each step, t = 1, 2, ..., with the gradient g and two running means, zeros at the start: m <- beta1 * m +
    (1 - beta1) * g and s <- beta2 * s + (1 - beta2) * g²; then p <- p - lr * m̂ / (√ŝ + eps), where m̂ is m divided by
    1 - beta1^t, and ŝ is s divided by 1 - beta2^t. Otherwise as ``Optimizer``, from which it inherits.

    Args:
        params: the parameters, as an iterable.
        lr: the learning rate, above 0.
        betas: the shares of the two means that are kept, beta1 and beta2, each at least 0 and below 1.
        eps: a small number added to the root, so that nothing is divided by zero.

    Raises:
        ValueError: there are no parameters, ``lr`` is not above 0, or a beta is not in [0, 1).

    Example:
        >>> weight = nn.Parameter(torch.tensor([1.0, 1.0]))
        >>> optimizer = Adam([weight], lr=0.25)
        >>> weight.grad = torch.tensor([0.01, -100.0])
        >>> optimizer.step()
        >>> weight
        Parameter containing:
        tensor([0.7500, 1.2500], requires_grad=True)
    """

    def __init__(
        self,
        params: Iterable[nn.Parameter],
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        ### BEGIN SOLUTION
        super().__init__(params, lr)
        self.beta1, self.beta2 = betas
        if not (0 <= self.beta1 < 1 and 0 <= self.beta2 < 1):
            raise ValueError(f"each beta is at least 0 and below 1: {betas}")
        self.eps = eps
        self.means = [torch.zeros_like(p) for p in self.params]
        self.squares = [torch.zeros_like(p) for p in self.params]
        self.taken = [0 for p in self.params]
        ### END SOLUTION

    def step(self) -> None:
        """Change means and parameters in place, without recording the change for autograd.

        A parameter whose gradient is None is left alone, and so are its means and its t: t counts the steps of this
        parameter. The gradients keep their values.
        """
        ### BEGIN SOLUTION
        with torch.no_grad():
            for k, (p, m, s) in enumerate(zip(self.params, self.means, self.squares, strict=True)):
                if p.grad is not None:
                    self.taken[k] += 1
                    m += (1 - self.beta1) * (p.grad - m)
                    s += (1 - self.beta2) * (p.grad**2 - s)
                    m_hat = m / (1 - self.beta1 ** self.taken[k])
                    s_hat = s / (1 - self.beta2 ** self.taken[k])
                    p -= self.lr * m_hat / (s_hat.sqrt() + self.eps)
        ### END SOLUTION
