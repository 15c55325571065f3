"""momentum-new-memory
momentum-coasts
momentum-not-refused
"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        self.momentum = momentum
        self.v = [torch.zeros(p.shape) for p in self.params]

    def step(self):
        for i, p in enumerate(self.params):
            g = torch.zeros_like(p.data) if p.grad is None else p.grad.data
            self.v[i] = self.momentum * self.v[i] + g
            p.data = p.data - self.lr * self.v[i]
