"""sequential-named-by-class
"""

from torch import nn


class Sequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        for block in args:
            self._modules[block.__class__.__name__] = block

    def forward(self, X):
        for block in self._modules.values():
            X = block(X)
        return X

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, i):
        return list(self._modules.values())[i]
