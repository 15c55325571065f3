"""numerical-forward-difference
numerical-eps-not-refused
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    x = x.double()
    grad = torch.zeros_like(x)
    base = float(f(x))
    flat, out = x.reshape(-1), grad.reshape(-1)
    for i in range(flat.numel()):
        nudged = flat.clone()
        nudged[i] += eps
        out[i] = (float(f(nudged.reshape(x.shape))) - base) / eps
    return grad
