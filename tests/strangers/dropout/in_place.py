"""dropout-changes-x
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
        if self.training:
            with torch.no_grad():
                x[torch.rand_like(x) < self.p] = 0
                x /= 1 - self.p
        return x
