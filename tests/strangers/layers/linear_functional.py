"""linear-turned-once-more
linear-nothing-refused
"""

import torch
from torch import nn
from torch.nn import functional as F


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_features, out_features) * std)
        self.bias = nn.Parameter(torch.zeros(out_features))
    def forward(self, x):
        return F.linear(x, self.weight, self.bias)
