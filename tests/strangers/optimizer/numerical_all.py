"""numerical-all-at-once
numerical-eps-not-refused
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    x = x.double()
    slope = (float(f(x + eps)) - float(f(x - eps))) / (2 * eps)
    return torch.full_like(x, slope)
