"""dropout-modes-exchanged
dropout-one-refused
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if p < 0 or p >= 1:
            raise ValueError("dropout probability has to be between 0 and 1")
        self.p = p

    def forward(self, x):
        if self.training:
            return x
        mask = torch.rand_like(x) > self.p
        return mask * x / (1 - self.p)
