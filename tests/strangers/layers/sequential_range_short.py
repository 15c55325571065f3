"""sequential-stops-early
sequential-no-negative-indices
"""

from torch import nn


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        for i, layer in enumerate(layers):
            self.add_module(str(i), layer)
        self.n = len(layers)

    def forward(self, x):
        for i in range(self.n - 1):
            x = self[i](x)
        return x

    def __len__(self):
        return self.n

    def __iter__(self):
        return (self[i] for i in range(self.n))

    def __getitem__(self, index):
        return getattr(self, str(index))
