"""backward-linear-mean-row
"""

import torch


def backward_linear(x, w, grad_out):
    m = x.shape[0]
    dw = x.T @ grad_out / m
    db = grad_out.sum(dim=0, keepdim=True) / m
    dx = grad_out @ w.T
    return dx, dw, db
