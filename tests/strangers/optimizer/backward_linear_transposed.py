"""backward-linear-weight-transposed
backward-linear-bias-mean
"""


def backward_linear(x, w, grad_out):
    dx = grad_out @ w.T
    dw = grad_out.T @ x
    db = grad_out.mean(0)
    return dx, dw, db
