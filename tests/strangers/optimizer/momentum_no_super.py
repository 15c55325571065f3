"""momentum-no-super-init"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        if not 0 <= momentum < 1:
            raise ValueError("momentum")
        self.momentum = momentum
        self.velocities = [torch.zeros_like(p) for p in self.params]
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.params, self.velocities, strict=True):
                if p.grad is not None:
                    v *= self.momentum
                    v += p.grad
                    p -= self.lr * v
