"""linear-relu-inside
linear-std-always-default
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        if min(in_features, out_features) < 1 or std < 0:
            raise ValueError("sizes are at least 1 and std at least 0")
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * 0.1)
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        if x.shape[-1] != len(self.weight):
            raise ValueError(f"{x.shape} does not fit {self.weight.shape}")
        return torch.relu(x @ self.weight + self.bias)
