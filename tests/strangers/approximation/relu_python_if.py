"""relu-python-max
"""

from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        if x > 0:
            return x
        return x * 0
