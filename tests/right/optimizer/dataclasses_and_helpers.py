"""A dataclass for the state of a parameter, functions for the updates; Optimizer is Momentum without any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Iterable

import torch
from torch import Tensor, nn


def positive(name: str, value: float) -> float:
    if not value > 0:
        raise ValueError(f"{name} has to be above 0, but it is {value}")
    return value


def numerical_gradient(f: Callable[[Tensor], Tensor | float], x: Tensor, eps: float = 1e-6) -> Tensor:
    positive("eps", eps)
    point = x.detach().double()
    nudges = eps * torch.eye(point.numel(), dtype=torch.float64)
    change = [float(f(point + n.view_as(point))) - float(f(point - n.view_as(point))) for n in nudges]
    return torch.tensor(change, dtype=torch.float64).div(2 * eps).view_as(point)


def backward_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """What log_softmax has already made safe, and a subtraction at each right place."""
    gradient = logits.detach().log_softmax(dim=-1).exp()
    for row, target in enumerate(targets.tolist()):
        gradient[row, target] -= 1
    return gradient.div(targets.numel())


def backward_linear(x: Tensor, w: Tensor, grad_out: Tensor):
    @dataclass
    class Back:
        x: Tensor
        w: Tensor
        b: Tensor

        def __iter__(self):
            return iter((self.x, self.w, self.b))

        def __getitem__(self, at):
            return tuple(self)[at]

    ones = torch.ones(1, len(x), dtype=x.dtype)
    return Back((w @ grad_out.T).T, (grad_out.T @ x).T, (ones @ grad_out).squeeze(0))


def backward_relu(x: Tensor, grad_out: Tensor) -> Tensor:
    return grad_out.masked_fill(x <= 0, 0)


@dataclass
class Ball:
    parameter: nn.Parameter
    velocity: Tensor | None = field(default=None)

    def roll(self, lr: float, momentum: float) -> None:
        gradient = self.parameter.grad
        if gradient is None:
            return
        gradient = gradient.detach().clone()
        self.velocity = gradient if self.velocity is None else self.velocity.mul(momentum).add(gradient)
        with torch.no_grad():
            self.parameter[...] = self.parameter - lr * self.velocity


class Optimizer:
    def __init__(self, params: Iterable[nn.Parameter], lr: float, _momentum: float = 0.0) -> None:
        self._balls = [Ball(p) for p in params]
        if not self._balls:
            raise ValueError("there is nothing to roll")
        self._lr, self._momentum = positive("lr", lr), _momentum

    def step(self) -> None:
        for ball in self._balls:
            ball.roll(self._lr, self._momentum)

    def zero_grad(self) -> None:
        for ball in self._balls:
            ball.parameter.grad = None


class Momentum(Optimizer):
    def __init__(self, params: Iterable[nn.Parameter], lr: float, momentum: float = 0.9) -> None:
        if momentum < 0:
            raise ValueError("negative momentum")
        if momentum >= 1:
            raise ValueError("a momentum of 1 or more never dies away")
        super().__init__(params, lr, momentum)
