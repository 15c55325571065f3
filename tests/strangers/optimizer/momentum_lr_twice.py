"""momentum-lr-twice
momentum-zero-refused
momentum-fades-without-gradient
"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        if momentum <= 0 or momentum >= 1:
            raise ValueError("momentum in (0, 1)")
        self.momentum = momentum
        self.v = [torch.zeros_like(p) for p in self.params]

    def step(self):
        with torch.no_grad():
            for p, v in zip(self.params, self.v):
                v *= self.momentum
                if p.grad is not None:
                    v += self.lr * p.grad
                    p -= self.lr * v
