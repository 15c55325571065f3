"""linear-data-in-forward
linear-nothing-refused
"""

import torch
import torch.nn as nn


class Linear(nn.Module):
    def __init__(self, in_units, units, std=0.1):
        super().__init__()
        self.weight = nn.Parameter(std * torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, X):
        return torch.matmul(X, self.weight.data) + self.bias.data
