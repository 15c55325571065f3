"""momentum-velocity-shared
momentum-one-allowed
"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        if momentum < 0 or momentum > 1:
            raise ValueError("momentum lies between 0 and 1")
        self.momentum = momentum
        self.v = [torch.zeros_like(self.params[0])] * len(self.params)

    def step(self):
        with torch.no_grad():
            for p, v in zip(self.params, self.v):
                if p.grad is not None:
                    v.mul_(self.momentum).add_(p.grad)
                    p.sub_(v, alpha=self.lr)
