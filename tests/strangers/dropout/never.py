"""dropout-never
"""

from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.2):
        super().__init__()
        if not (0 <= p <= 1):
            raise ValueError("not a probability")
        self.p = p

    def forward(self, x):
        return x
