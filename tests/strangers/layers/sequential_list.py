"""sequential-plain-list
sequential-no-negative-indices
"""

from torch import nn


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = [layer for layer in layers]

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        if index < 0:
            raise IndexError(index)
        return self.layers[index]
