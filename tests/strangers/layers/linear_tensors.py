"""linear-plain-tensors
linear-sizes-not-refused
linear-std-not-refused
"""

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, std=0.1):
        super().__init__()
        self.in_features = in_features
        self.weight = torch.normal(0.0, abs(std), (in_features, out_features))
        self.bias = torch.zeros(out_features)

    def forward(self, x):
        if x.shape[-1] != self.in_features:
            raise ValueError("wrong input size")
        return x @ self.weight + self.bias
