"""dropout-nan-for-one
dropout-p-not-refused
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        self.p = p
        self.train = True
    def forward(self, x):
        if not self.train:
            return x
        mask = (torch.rand_like(x) > self.p)
        return x * mask / (1 - self.p)
