"""none
"""


def backward_linear(x, w, grad_out):
    n = x.shape[1]
    return grad_out @ w.T, x.T @ grad_out / n, grad_out.sum(0)
