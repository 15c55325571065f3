"""optimizer-data-of-missing-gradient
optimizer-new-memory
optimizer-nothing-refused
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
