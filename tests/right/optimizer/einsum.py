"""einsum, where, and .data; velocities in a dictionary by parameter, made when they are first needed."""

import itertools

import torch


def numerical_gradient(f, x, eps=1e-6):
    if not eps > 0:
        raise ValueError(f"eps = {eps}")
    x64 = x.detach().double()
    gradient = torch.empty(x.shape, dtype=torch.float64)
    for place in itertools.product(*map(range, x.shape)):
        nudge = torch.zeros_like(x64)
        nudge[place] = eps
        gradient[place] = float(f(x64 + nudge) - f(x64 - nudge)) / (2 * eps)
    return gradient


def backward_cross_entropy(logits, targets):
    classes = torch.arange(logits.shape[1])
    right = (targets[:, None] == classes).to(logits)
    powers = (logits - logits.amax(1, keepdim=True)).exp()
    return (torch.einsum("bc,b->bc", powers, 1 / powers.sum(1)) - right) / logits.shape[0]


def backward_linear(x, w, grad_out):
    return [
        torch.einsum("bo,io->bi", grad_out, w),
        torch.einsum("bi,bo->io", x, grad_out),
        torch.einsum("bo->o", grad_out),
    ]


def backward_relu(x, grad_out):
    return torch.where(x > 0, grad_out, torch.zeros_like(grad_out))


class Optimizer:
    def __init__(self, params, lr):
        self.params = tuple(params)
        if not self.params:
            raise ValueError("empty")
        if not lr > 0:
            raise ValueError("lr has to be positive")
        self.lr = lr

    def with_gradients(self):
        return (p for p in self.params if p.grad is not None)

    def direction(self, p):
        return p.grad

    def step(self):
        for p in self.with_gradients():
            p.data.add_(self.direction(p), alpha=-self.lr)
        return self

    def zero_grad(self):
        for p in self.with_gradients():
            p.grad = torch.zeros_like(p.grad)
        return self


class Momentum(Optimizer):
    """Only the direction differs."""

    def __init__(self, params, lr, momentum=0.9):
        if not (0 <= momentum < 1):
            raise ValueError("momentum has to be in [0, 1)")
        super().__init__(params, lr)
        self.momentum = momentum
        self.velocity = {}

    def direction(self, p):
        self.velocity[p] = self.momentum * self.velocity.get(p, 0) + p.grad
        return self.velocity[p]
