"""none"""

from torch import nn


class Sequential(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.modules = nn.ModuleList(layers)
    def forward(self, x):
        for layer in self.modules:
            x = layer(x)
        return x
    def __len__(self):
        return len(self.modules)
    def __iter__(self):
        return iter(self.modules)
    def __getitem__(self, index):
        return self.modules[index]
