"""dropout-active-in-evaluation
dropout-float32-mask
dropout-nan-for-one
dropout-p-not-refused
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        self.p = p

    def forward(self, x):
        mask = torch.bernoulli(torch.full(x.shape, 1 - self.p))
        return x * mask / (1 - self.p)
