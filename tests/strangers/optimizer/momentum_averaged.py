"""momentum-averaged-gradient
momentum-not-refused
momentum-product-with-missing-gradient
"""

import torch

from solutions.optimizer import Optimizer


class Momentum(Optimizer):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        self.momentum = momentum
        self.velocity = {}

    def step(self):
        with torch.no_grad():
            for i, p in enumerate(self.params):
                v = self.velocity.get(i, torch.zeros_like(p))
                v = self.momentum * v + (1 - self.momentum) * p.grad
                self.velocity[i] = v
                p -= self.lr * v
