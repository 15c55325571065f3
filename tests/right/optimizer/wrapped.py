"""PyTorch's own optimizers and autograd functions, under the names that were asked for."""

import numpy as np
import torch
from torch.nn import functional as F


def numerical_gradient(f, x, eps=1e-6):
    if eps <= 0:
        raise ValueError("eps must be above 0")
    point = x.detach().numpy().astype(np.float64)
    gradient = np.zeros_like(point)
    for index in np.ndindex(point.shape):
        values = []
        for sign in (1, -1):
            moved = point.copy()
            moved[index] += sign * eps
            values.append(float(f(torch.from_numpy(np.asarray(moved)))))
        gradient[index] = (values[0] - values[1]) / (2 * eps)
    return torch.from_numpy(np.asarray(gradient))


def backward_relu(x, grad_out):
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(F.relu(leaf), leaf, grad_out)[0]


class Optimizer(torch.optim.SGD):
    def __init__(self, params, lr):
        if not lr > 0:
            raise ValueError("lr is not above 0")
        super().__init__(params, lr=lr)


class Momentum(torch.optim.SGD):
    def __init__(self, params, lr, momentum=0.9):
        if not lr > 0:
            raise ValueError("lr is not above 0")
        if not 0 <= momentum < 1:
            raise ValueError("momentum outside [0, 1)")
        super().__init__(params, lr=lr, momentum=momentum)
