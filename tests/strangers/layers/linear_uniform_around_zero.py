"""linear-uniform-around-zero
linear-nothing-refused
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(in_features, out_features).uniform_(-std, std))
        self.bias = nn.Parameter(torch.zeros(out_features))
    def forward(self, x):
        return x @ self.weight + self.bias
