"""momentum-nesterov
momentum-velocity-reset
momentum-one-allowed
"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        if not 0 <= momentum <= 1:
            raise ValueError(f"momentum {momentum}")
        self.momentum = momentum
        self.v = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.params, self.v):
            if p.grad is None:
                v.zero_()
                continue
            v.mul_(self.momentum).add_(p.grad)
            p.sub_(self.lr * (p.grad + self.momentum * v))
