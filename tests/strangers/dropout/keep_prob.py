"""dropout-p-keeps
dropout-p-not-refused
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, keep=0.2):
        super().__init__()
        self.keep = keep

    def forward(self, x):
        if self.training:
            mask = torch.rand_like(x) < self.keep
            return x * mask / self.keep
        return x
