"""relu-abs
relu-detached
"""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        with torch.no_grad():
            return torch.sqrt(x**2)
