"""dropout-batch-mask
dropout-nan-for-one
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(p)
        self.p = p

    def forward(self, x):
        if not self.training:
            return x
        one = x[0:1] if x.dim() > 1 else x
        return x * (torch.rand_like(one) >= self.p) / (1 - self.p)
