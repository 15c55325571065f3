"""backward-linear-order-wbx
backward-linear-bias-row
"""


def backward_linear(x, w, grad_out):
    dw = x.T @ grad_out
    db = grad_out.sum(0, keepdim=True)
    dx = grad_out @ w.T
    return dw, db, dx
