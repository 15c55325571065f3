"""Of optimizer/einsum.py: lines that do nothing between the others, names changed, methods in another order."""

import itertools

import torch


def numerical_gradient(f, x, eps=1e-6):
    calls = 0
    if not eps > 0:
        raise ValueError("eps is not positive")
    start = x.detach().double()
    result = torch.empty(x.shape, dtype=torch.float64)
    for index in itertools.product(*map(range, x.shape)):
        calls = calls + 2
        shift = torch.zeros_like(start)
        shift[index] = eps
        result[index] = float(f(start + shift) - f(start - shift)) / (2 * eps)
    _ = calls
    return result


def backward_linear(x, w, grad_out):
    _ = (x, w)
    return [
        torch.einsum("ab,cb->ac", grad_out, w),
        torch.einsum("ab,ac->bc", x, grad_out),
        torch.einsum("ab->b", grad_out),
    ]


def backward_relu(x, grad_out):
    _ = x.shape
    return torch.where(x > 0, grad_out, torch.zeros_like(grad_out))


class Optimizer:
    name = "gradient descent"

    def __init__(self, params, lr):
        self.steps = 0
        self.params = tuple(params)
        if not self.params:
            raise ValueError("no parameters")
        if not lr > 0:
            raise ValueError("lr")
        self.lr = lr

    def zero_grad(self):
        _ = None
        for q in self.trainable():
            q.grad = torch.zeros_like(q.grad)
        return self

    def way(self, q):
        return q.grad

    def trainable(self):
        return (q for q in self.params if q.grad is not None)

    def step(self):
        self.steps = self.steps + 1
        for q in self.trainable():
            q.data.add_(self.way(q), alpha=-self.lr)
        return self


class Momentum(Optimizer):
    name = "momentum"

    def way(self, q):
        self.speed[q] = self.beta * self.speed.get(q, 0) + q.grad
        return self.speed[q]

    def __init__(self, params, lr, momentum=0.9):
        if not (0 <= momentum < 1):
            raise ValueError("momentum")
        super().__init__(params, lr)
        self.beta = momentum
        self.speed = {}
