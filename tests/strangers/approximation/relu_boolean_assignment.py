"""relu-in-place
relu-gradient-one-at-zero
"""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        x[x < 0] = 0
        return x
