"""numerical-one-number
numerical-eps-not-refused
"""




def numerical_gradient(f, x, eps=1e-6):
    x = x.double()
    return (f(x + eps) - f(x - eps)) / (2 * eps)
