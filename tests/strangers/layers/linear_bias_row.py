"""linear-bias-row
linear-sizes-not-refused
linear-input-not-refused
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if std < 0:
            raise ValueError("std must not be negative")
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = nn.Parameter(torch.zeros(1, out_features))

    def forward(self, x):
        return torch.matmul(x, self.weight) + self.bias

    def extra_repr(self):
        return "{}, {}, bias=True".format(*self.weight.shape)
