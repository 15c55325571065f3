"""numerical-nudge-stays
numerical-eps-not-refused
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    point = x.detach().double().clone()
    flat = point.view(-1)
    grad = torch.zeros_like(flat)
    for i in range(flat.numel()):
        flat[i] += eps
        up = float(f(point))
        flat[i] -= 2 * eps
        down = float(f(point))
        grad[i] = (up - down) / (2 * eps)
    return grad.view(x.shape)
