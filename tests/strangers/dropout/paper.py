"""dropout-scaled-in-evaluation-only
dropout-p-not-refused
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        self.p = p

    def forward(self, x):
        if self.training:
            mask = torch.rand_like(x) >= self.p
            return x * mask
        return x * (1 - self.p)
