"""backward-relu-in-place
backward-relu-passes-at-zero
"""


def backward_relu(x, grad_out):
    grad_out[x < 0] = 0
    return grad_out
