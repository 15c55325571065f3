"""optimizer-ascent
optimizer-zero-grad-only-the-first
optimizer-zero-lr-allowed
"""

import torch


class Optimizer:
    def __init__(self, params, lr):
        self.params = [*params]
        if not self.params:
            raise ValueError("nothing to optimize")
        if lr < 0:
            raise ValueError("negative learning rate")
        self.lr = lr

    @torch.no_grad()
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.add_(p.grad, alpha=self.lr)

    def zero_grad(self):
        for p in self.params:
            p.grad = None
            return
