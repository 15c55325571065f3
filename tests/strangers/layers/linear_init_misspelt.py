"""none"""

import torch
from torch import nn


class Linear(nn.Module):
    def _init_(self, in_features, out_features, std=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = nn.Parameter(torch.zeros(out_features))
    def forward(self, x):
        return x @ self.weight + self.bias
