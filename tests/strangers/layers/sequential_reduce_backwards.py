"""sequential-reversed
sequential-copies
"""

from copy import deepcopy
from functools import reduce

from torch import nn


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(deepcopy(layers))

    def forward(self, x):
        return reduce(lambda out, layer: layer(out), reversed(list(self.layers)), x)

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return self.layers[index]
