"""relu-in-place
relu-detached
"""

from torch import nn


class ReLU(nn.Module):
    def __init__(self):
        super().__init__()
        self.name = "relu"

    def forward(self, x):
        x.data.clamp_(0)
        return x.data
