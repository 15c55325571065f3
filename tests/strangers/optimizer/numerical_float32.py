"""numerical-float32
numerical-eps-not-refused
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    grad = torch.zeros_like(x).reshape(-1)
    for i in range(x.numel()):
        plus, minus = x.clone().reshape(-1), x.clone().reshape(-1)
        plus[i] += eps
        minus[i] -= eps
        grad[i] = (float(f(plus.reshape(x.shape))) - float(f(minus.reshape(x.shape)))) / (2 * eps)
    return grad.reshape(x.shape)
