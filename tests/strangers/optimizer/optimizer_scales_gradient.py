"""optimizer-gradients-scaled
optimizer-crash-on-missing-gradient
"""

import torch


class Optimizer:
    def __init__(self, params, lr):
        self.params = list(params)
        if len(self.params) == 0 or lr <= 0:
            raise ValueError("bad arguments")
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                p.grad *= self.lr
                p -= p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None
