"""backward-linear-order-xbw"""




def backward_linear(x, w, grad_out):
    return grad_out @ w.T, grad_out.sum(dim=0), x.T @ grad_out
