"""linear-module-inside
linear-nothing-refused
"""

from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.linear = nn.Linear(in_features, out_features)
        nn.init.normal_(self.linear.weight, 0, std)
        nn.init.zeros_(self.linear.bias)
    def forward(self, x):
        return self.linear(x)
