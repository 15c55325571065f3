"""numerical-precedence
numerical-flat
numerical-eps-not-refused
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    point = x.detach().double().flatten()
    slopes = []
    for i in range(len(point)):
        e = torch.zeros_like(point)
        e[i] = eps
        up, down = (point + e).view(x.shape), (point - e).view(x.shape)
        slopes.append(float(f(up) - f(down)) / 2 * eps)
    return torch.tensor(slopes, dtype=torch.float64)
