"""optimizer-generator-used-up
optimizer-crash-on-missing-gradient
optimizer-zero-grad-crash
optimizer-nothing-refused
"""

import torch


class Optimizer:
    def __init__(self, params, lr):
        self.params = params
        self.lr = lr

    def step(self):
        with torch.no_grad():
            for p in self.params:
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad.zero_()
