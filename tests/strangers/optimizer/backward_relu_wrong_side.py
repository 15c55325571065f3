"""backward-relu-inverted
"""


def backward_relu(x, grad_out):
    mask = x < 0
    grad = grad_out.clone()
    grad[~mask] = 0
    return grad
