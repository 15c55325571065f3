"""backward-relu-of-the-gradient
backward-relu-in-place
"""


def backward_relu(x, grad_out):
    grad_out[grad_out <= 0] = 0
    return grad_out
