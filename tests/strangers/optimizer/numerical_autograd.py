"""numerical-autograd
numerical-eps-not-refused
"""




def numerical_gradient(f, x, eps=1e-6):
    x = x.detach().double().clone().requires_grad_()
    f(x).backward()
    return x.grad
