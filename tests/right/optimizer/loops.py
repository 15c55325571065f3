"""Everything written out in loops over single numbers; the nudged point is one clone that is put back."""

import torch
from torch import nn


def numerical_gradient(f, x, eps=1e-6):
    if eps <= 0:
        raise ValueError("eps must be positive")
    work = x.detach().clone().double().contiguous()
    row = work.view(-1)
    slopes = []
    for i in range(row.numel()):
        before = row[i].item()
        row[i] = before + eps
        high = f(work)
        row[i] = before - eps
        low = f(work)
        row[i] = before
        slopes.append((float(high) - float(low)) / 2 / eps)
    return torch.tensor(slopes, dtype=torch.float64).view(x.shape)


def backward_cross_entropy(logits, targets):
    gradient = torch.zeros_like(logits)
    batch, classes = logits.shape
    for n in range(batch):
        highest = max(logits[n].tolist())
        powers = [torch.exp(logits[n, c] - highest) for c in range(classes)]
        for c in range(classes):
            p = powers[c] / sum(powers)
            gradient[n, c] = (p - 1 if c == targets[n] else p) / batch
    return gradient


def backward_linear(x, w, grad_out):
    batch, inputs = x.shape
    outputs = w.shape[1]
    grad_x, grad_w, grad_b = torch.zeros_like(x), torch.zeros_like(w), w.new_zeros(outputs)
    for n in range(batch):
        for o in range(outputs):
            g = grad_out[n, o]
            grad_b[o] += g
            for i in range(inputs):
                grad_x[n, i] += g * w[i, o]
                grad_w[i, o] += g * x[n, i]
    return grad_x, grad_w, grad_b


def backward_relu(x, grad_out):
    result = grad_out.clone().reshape(-1)
    for i, value in enumerate(x.reshape(-1)):
        if value <= 0:
            result[i] = 0
    return result.reshape(x.shape)


class Optimizer:
    def __init__(self, params, lr):
        self.params = []
        for p in params:
            self.params.append(p)
        if len(self.params) == 0:
            raise ValueError("nothing to optimize")
        if lr <= 0:
            raise ValueError("lr")
        self.lr = lr

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            p.sub_(p.grad, alpha=self.lr)

    def zero_grad(self):
        for p in self.params:
            if p.grad is not None:
                p.grad.zero_()


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        if momentum < 0 or momentum >= 1:
            raise ValueError("momentum")
        self.m = momentum
        self.v = [0.0 for _ in self.params]

    @torch.no_grad()
    def step(self):
        for i in range(len(self.params)):
            grad = self.params[i].grad
            if grad is not None:
                self.v[i] = self.m * self.v[i] + grad
                self.params[i].sub_(self.lr * self.v[i])
