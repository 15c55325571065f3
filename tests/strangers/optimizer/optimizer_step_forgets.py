"""optimizer-step-forgets
optimizer-zero-grad-crash
optimizer-empty-not-refused
"""

import torch


class Optimizer:
    def __init__(self, params, lr):
        if lr <= 0:
            raise ValueError("lr must be > 0")
        self.params = list(params)
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                if p.grad is not None:
                    p -= p.grad * self.lr
                    p.grad = None

    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()
