"""numerical-half-the-distance
numerical-eps-not-refused
numerical-result-float32
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    g = torch.zeros(x.shape, dtype=x.dtype)
    for i in range(x.numel()):
        d = torch.zeros(x.numel(), dtype=torch.float64)
        d[i] = eps
        d = d.reshape(x.shape)
        g.view(-1)[i] = float(f(x.double() + d) - f(x.double() - d)) / eps
    return g
