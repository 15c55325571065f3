"""backward-linear-order-wxb"""




def backward_linear(x, w, grad_out):
    return x.T @ grad_out, grad_out @ w.T, grad_out.sum(dim=0)
