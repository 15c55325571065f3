"""relu-detached
relu-always-float32
"""

import numpy as np
import torch
from torch import nn


class ReLU(nn.Module):
    def forward(self, x):
        a = x.detach().cpu().numpy()
        return torch.tensor(np.maximum(a, 0).astype(np.float32))
