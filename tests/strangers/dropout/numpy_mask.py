"""dropout-no-scaling
dropout-float32-mask
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
            keep = torch.ones(x.shape)
            keep[torch.rand(x.shape) < self.p] = 0.0
            return x * keep
        return x
