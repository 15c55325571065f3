"""dropout-float32-mask
dropout-p-not-refused
"""

import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        self.p = p

    def forward(self, X):
        if not self.training:
            return X
        if self.p == 1:
            return X * 0
        mask = (torch.rand(X.shape) > self.p).float()
        return mask * X / (1.0 - self.p)
