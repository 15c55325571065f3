"""optimizer-ends-at-missing-gradient
optimizer-zero-grad-does-nothing
optimizer-nothing-refused
"""

import torch


class Optimizer:
    def __init__(self, params, lr):
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is None:
                    return
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            g = p.grad
            g = None
