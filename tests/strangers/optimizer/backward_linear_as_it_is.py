"""backward-linear-weight-as-it-is
backward-linear-bias-over-outputs
"""

import torch


def backward_linear(x, w, grad_out):
    grad_x = torch.matmul(grad_out, w)
    grad_w = torch.matmul(x.T, grad_out)
    grad_b = grad_out.sum(dim=1)
    return grad_x, grad_w, grad_b
