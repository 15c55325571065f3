"""backward-relu-slope-alone
backward-relu-passes-at-zero
"""


def backward_relu(x, grad_out):
    return (x >= 0).to(x.dtype)
