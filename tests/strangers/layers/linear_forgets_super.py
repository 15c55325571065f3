"""linear-no-super-init
linear-std-not-refused
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        if in_features <= 0 or out_features <= 0:
            raise ValueError("sizes have to be positive")
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return x @ self.weight + self.bias
