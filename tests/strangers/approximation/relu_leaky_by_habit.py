"""relu-leaky
relu-always-float32
"""

import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        out = torch.maximum(x, 0.01 * x)
        return out.to(torch.float32)
