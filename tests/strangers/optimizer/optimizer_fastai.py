"""optimizer-crash-on-missing-gradient
optimizer-lr-not-refused
optimizer-empty-not-refused
optimizer-new-memory
"""


class Optimizer:
    def __init__(self, params, lr):
        self.params, self.lr = list(params), lr

    def step(self):
        for p in self.params:
            p.data = p.data - p.grad.data * self.lr

    def zero_grad(self):
        for p in self.params:
            p.grad = None
