"""numerical-rows-nudged
numerical-eps-not-refused
"""

import torch


def numerical_gradient(f, x, eps=1e-6):
    x = x.double()
    grad = torch.zeros_like(x)
    for i in range(len(x)):
        up, down = x.clone(), x.clone()
        up[i] += eps
        down[i] -= eps
        grad[i] = (float(f(up)) - float(f(down))) / (2 * eps)
    return grad
