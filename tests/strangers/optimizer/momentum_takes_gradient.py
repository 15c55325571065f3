"""momentum-takes-over-the-gradient
momentum-not-refused
"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        self.momentum = momentum
        self.v = {}

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.params):
                if p.grad is None:
                    continue
                if k not in self.v:
                    self.v[k] = p.grad
                else:
                    self.v[k].mul_(self.momentum).add_(p.grad)
                p -= self.lr * self.v[k]
