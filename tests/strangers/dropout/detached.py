"""dropout-detached
dropout-p-above-one
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if p < 0:
            raise ValueError("p is negative")
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        with torch.no_grad():
            mask = torch.rand_like(x) >= self.p
            return x * mask / (1 - self.p) if self.p < 1 else x * 0
