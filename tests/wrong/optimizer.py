"""Wrong answers of the room ``optimizer``, by other algorithms than the reference's."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tests.wrong import wrong


def above_zero(eps):
    if eps <= 0:
        raise ValueError(f"eps has to be above 0, not {eps}")


@wrong("autograd in its place: exact, and no estimate by nudges")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    leaf = x.detach().double().requires_grad_()
    f(leaf).backward()
    return leaf.grad


@wrong("nudges as large as eps times the element, where it is above 1")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    gradient = torch.zeros_like(x)
    for place in np.ndindex(tuple(x.shape)):
        h = eps * max(1.0, abs(x[place].item()))
        up, down = x.clone(), x.clone()
        up[place] += h
        down[place] -= h
        gradient[place] = (float(f(up)) - float(f(down))) / (2 * h)
    return gradient


@wrong("five points: a better method than the one that is asked for")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    units = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    weights = {-2: 1, -1: -8, 1: 8, 2: -1}
    slopes = [sum(w * float(f(x + k * eps * unit)) for k, w in weights.items()) / (12 * eps) for unit in units]
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


@wrong("nudges of half of eps to each side")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    units = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    slopes = [(float(f(x + eps / 2 * unit)) - float(f(x - eps / 2 * unit))) / eps for unit in units]
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


@wrong("one random direction, as in SPSA, for all elements at once")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    signs = torch.randint(2, x.shape).double() * 2 - 1
    return (float(f(x + eps * signs)) - float(f(x - eps * signs))) / (2 * eps) * signs


@wrong("rows and columns only: x of two dimensions")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    gradient = torch.zeros_like(x)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            up, down = x.clone(), x.clone()
            up[i, j] += eps
            down[i, j] -= eps
            gradient[i, j] = (float(f(up)) - float(f(down))) / (2 * eps)
    return gradient


@wrong("all nudged points in one batch, and f called once for it")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    units = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    return ((torch.func.vmap(f)(x + eps * units) - torch.func.vmap(f)(x - eps * units)) / (2 * eps)).reshape(x.shape)


@wrong("f is given a flat row of numbers")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    flat = x.detach().double().reshape(-1)
    units = torch.eye(len(flat), dtype=torch.float64)
    slopes = [(float(f(flat + eps * unit)) - float(f(flat - eps * unit))) / (2 * eps) for unit in units]
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


@wrong("an eps of its own, whatever is passed")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x, h = x.detach().double(), 1e-5
    units = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    slopes = [(float(f(x + h * unit)) - float(f(x - h * unit))) / (2 * h) for unit in units]
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


@wrong("Python's numbers, collected in a tensor of float32")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    units = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    return torch.tensor([(float(f(x + eps * u)) - float(f(x - eps * u))) / (2 * eps) for u in units]).reshape(x.shape)


@wrong("a complex step: one call of f, with a tensor that it does not expect")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().to(torch.complex128)
    units = torch.eye(x.numel(), dtype=torch.complex128).reshape(-1, *x.shape)
    return torch.stack([f(x + 1j * eps * unit).imag / eps for unit in units]).reshape(x.shape)


@wrong("a slope by NumPy's gradient, of which the end is taken: one-sided")
def numerical_gradient(f, x, eps=1e-6):
    above_zero(eps)
    x = x.detach().double()
    units = torch.eye(x.numel(), dtype=torch.float64).reshape(-1, *x.shape)
    slopes = [np.gradient([float(f(x + k * eps * unit)) for k in (-1, 0, 1)], eps)[-1] for unit in units]
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


@wrong("autograd, switched on inside")
def backward_cross_entropy(logits, targets):
    leaf = logits.detach().clone().requires_grad_()
    with torch.enable_grad():
        F.cross_entropy(leaf, targets).backward()
    return leaf.grad


@wrong("torch.autograd.grad, switched on inside")
def backward_cross_entropy(logits, targets):
    with torch.enable_grad():
        leaf = logits.detach().clone().requires_grad_()
        return torch.autograd.grad(-leaf.log_softmax(1)[range(len(leaf)), targets].mean(), leaf)[0]


@wrong("torch.func.grad")
def backward_cross_entropy(logits, targets):
    return torch.func.grad(F.cross_entropy)(logits, targets)


@wrong("torch.autograd.functional.jacobian")
def backward_cross_entropy(logits, targets):
    return torch.autograd.functional.jacobian(lambda z: F.cross_entropy(z, targets), logits.detach())


@wrong("an estimate by nudges")
def backward_cross_entropy(logits, targets):
    gradient = torch.zeros_like(logits)
    for place in np.ndindex(tuple(logits.shape)):
        up, down = logits.detach().double(), logits.detach().double()
        up, down = up.clone(), down.clone()
        up[place] += 1e-6
        down[place] -= 1e-6
        gradient[place] = (F.cross_entropy(up, targets) - F.cross_entropy(down, targets)) / 2e-6
    return gradient


def jacobian_of_softmax(p):
    return torch.diag_embed(p) - p[:, :, None] * p[:, None, :]


@wrong("through the Jacobian of the softmax: -1/p times p, where p is 0")
def backward_cross_entropy(logits, targets):
    p = logits.softmax(dim=1)
    right = F.one_hot(targets, p.shape[1]).to(p.dtype)
    of_p = torch.where(right.bool(), -1 / p, torch.zeros_like(p)) / len(p)
    return torch.einsum("bi,bij->bj", of_p, jacobian_of_softmax(p))


@wrong("through the Jacobian of the softmax, p kept from 0 by a small number")
def backward_cross_entropy(logits, targets):
    p = logits.softmax(dim=1)
    of_p = torch.zeros_like(p)
    rows = torch.arange(len(p))
    of_p[rows, targets] = -1 / p[rows, targets].clamp(min=1e-12) / len(p)
    return torch.einsum("bi,bij->bj", of_p, jacobian_of_softmax(p))


@wrong("the gradient of -log(p + 1e-12)")
def backward_cross_entropy(logits, targets):
    p = logits.softmax(dim=1)
    right = F.one_hot(targets, p.shape[1])
    hit = (p * right).sum(dim=1, keepdim=True)
    return hit / (hit + 1e-12) * (p - right) / len(p)


@wrong("logits cut off at 50, so that no power of e overflows")
def backward_cross_entropy(logits, targets):
    powers = logits.clamp(-50, 50).exp()
    gradient = powers / powers.sum(dim=1, keepdim=True)
    gradient[torch.arange(len(logits)), targets] -= 1
    return gradient / len(logits)


@wrong("NaN of an overflow replaced by 1")
def backward_cross_entropy(logits, targets):
    powers = logits.exp()
    p = (powers / powers.sum(dim=1, keepdim=True)).nan_to_num(1.0)
    return (p - F.one_hot(targets, p.shape[1])) / len(p)


@wrong("each row's mean is subtracted before the powers, and not its maximum")
def backward_cross_entropy(logits, targets):
    powers = (logits - logits.mean(dim=1, keepdim=True)).exp()
    p = powers / powers.sum(dim=1, keepdim=True)
    return (p - F.one_hot(targets, p.shape[1])) / len(p)


@wrong("one_hot as wide as the largest target")
def backward_cross_entropy(logits, targets):
    return (logits.softmax(dim=1) - F.one_hot(targets)) / len(logits)


@wrong("one-hot over the largest logits: what is predicted, and not what is right")
def backward_cross_entropy(logits, targets):
    p = logits.softmax(dim=1)
    p[torch.arange(len(p)), logits.argmax(dim=1)] -= 1
    return p / len(p)


@wrong("1/B for the probabilities alone")
def backward_cross_entropy(logits, targets):
    return logits.softmax(dim=1) / len(logits) - torch.eye(logits.shape[1], dtype=logits.dtype)[targets]


@wrong("label smoothing")
def backward_cross_entropy(logits, targets):
    classes = logits.shape[1]
    wanted = F.one_hot(targets, classes) * 0.9 + 0.1 / classes
    return (logits.softmax(dim=1) - wanted) / len(logits)


@wrong("the batch size of the chapter in place of this one")
def backward_cross_entropy(logits, targets):
    return (logits.softmax(dim=1) - F.one_hot(targets, logits.shape[1])) / 64


@wrong("always in float64")
def backward_cross_entropy(logits, targets):
    z = logits.detach().double().numpy()
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    p = powers / powers.sum(axis=1, keepdims=True)
    p[np.arange(len(z)), targets.numpy()] -= 1
    return torch.from_numpy(p / len(z))


@wrong("math.exp in loops")
def backward_cross_entropy(logits, targets):
    rows = []
    for row, target in zip(logits.tolist(), targets.tolist()):
        powers = [math.exp(z) for z in row]
        rows.append([(e / sum(powers) - (k == target)) / len(logits) for k, e in enumerate(powers)])
    return torch.tensor(rows, dtype=logits.dtype)


@wrong("autograd, switched on inside")
def backward_linear(x, w, grad_out):
    with torch.enable_grad():
        x, w = (t.detach().clone().requires_grad_() for t in (x, w))
        b = torch.zeros(w.shape[1], dtype=w.dtype, requires_grad=True)
        (x @ w + b).backward(grad_out)
    return x.grad, w.grad, b.grad


@wrong("torch.func.vjp")
def backward_linear(x, w, grad_out):
    return torch.func.vjp(lambda x, w, b: x @ w + b, x, w, x.new_zeros(w.shape[1]))[1](grad_out)


@wrong("torch.autograd.functional.vjp")
def backward_linear(x, w, grad_out):
    return torch.autograd.functional.vjp(torch.addmm, (x.new_zeros(w.shape[1]), x, w), grad_out)[1][1:] + (
        grad_out.sum(0),
    )


@wrong("an nn.Linear inside, asked for its gradients")
def backward_linear(x, w, grad_out):
    with torch.enable_grad():
        layer = nn.Linear(*w.shape, dtype=w.dtype)
        layer.weight.data = w.T.clone()
        x = x.detach().clone().requires_grad_()
        layer(x).backward(grad_out)
    return x.grad, layer.weight.grad.T, layer.bias.grad


@wrong("the pseudo-inverse takes the weight back")
def backward_linear(x, w, grad_out):
    return grad_out @ torch.linalg.pinv(w), x.T @ grad_out, grad_out.sum(dim=0)


@wrong("view in place of transpose")
def backward_linear(x, w, grad_out):
    return grad_out @ w.reshape(w.shape[::-1]), x.reshape(x.shape[::-1]) @ grad_out, grad_out.sum(dim=0)


@wrong("each example overwrites what the one before left at w")
def backward_linear(x, w, grad_out):
    grad_w, grad_b = torch.zeros_like(w), torch.zeros_like(w[0])
    for example, gradient in zip(x, grad_out):
        grad_w = torch.outer(example, gradient)
        grad_b += gradient
    return grad_out @ w.T, grad_w, grad_b


@wrong("accumulators in float32, whatever x is")
def backward_linear(x, w, grad_out):
    grad_w = torch.zeros(w.shape)
    for example, gradient in zip(x, grad_out):
        grad_w += torch.outer(example, gradient)
    return grad_out @ w.T, grad_w, grad_out.sum(dim=0)


@wrong("sums of each, multiplied: products before sums mixed up")
def backward_linear(x, w, grad_out):
    return (
        grad_out.sum(dim=1, keepdim=True) * w.sum(dim=1),
        torch.outer(x.sum(dim=0), grad_out.sum(dim=0)),
        grad_out.sum(dim=0),
    )


@wrong("squeezed: a dimension of 1 is lost")
def backward_linear(x, w, grad_out):
    grad_w = (x.unsqueeze(2) @ grad_out.unsqueeze(1)).sum(dim=0).squeeze()
    return grad_out @ w.T, grad_w, grad_out.sum(dim=0)


@wrong("the arguments are transposed in place")
def backward_linear(x, w, grad_out):
    return grad_out @ w.t_(), x.t_() @ grad_out, grad_out.sum(dim=0)


@wrong("a step of training taken on the way")
def backward_linear(x, w, grad_out):
    grad_x, grad_w, grad_b = grad_out @ w.T, x.T @ grad_out, grad_out.sum(dim=0)
    w -= 0.1 * grad_w
    return grad_x, grad_w, grad_b


@wrong("the gate of a ReLU that is not there")
def backward_linear(x, w, grad_out):
    grad_out = grad_out * (x @ w > 0)
    return grad_out @ w.T, x.T @ grad_out, grad_out.sum(dim=0)


@wrong("every gradient of length 1")
def backward_linear(x, w, grad_out):
    gradients = grad_out @ w.T, x.T @ grad_out, grad_out.sum(dim=0)
    return tuple(gradient / gradient.norm() for gradient in gradients)


class Parts:
    """What the wrong optimizers below have right."""

    def __init__(self, params, lr):
        self.params = list(params)
        if not self.params:
            raise ValueError("no parameters")
        if not lr > 0:
            raise ValueError("the learning rate has to be above 0")
        self.lr = lr

    def with_gradient(self):
        return [p for p in self.params if p.grad is not None]

    @torch.no_grad()
    def step(self):
        for p in self.with_gradient():
            p -= self.lr * self.direction(p)

    def direction(self, p):
        return p.grad

    def zero_grad(self):
        for p in self.params:
            p.grad = None


@wrong("gradients longer than 5 are clipped")
class Optimizer(Parts):
    def step(self):
        nn.utils.clip_grad_norm_(self.params, 5.0)
        super().step()


@wrong("each number of a gradient is kept between -5 and 5")
class Optimizer(Parts):
    def direction(self, p):
        return p.grad.clamp(-5, 5)


@wrong("weight decay, as in a recipe")
class Optimizer(Parts):
    def direction(self, p):
        return p.grad + 1e-4 * p


@wrong("the learning rate decays with each step")
class Optimizer(Parts):
    def step(self):
        super().step()
        self.lr *= 0.95


@wrong("Adam")
class Optimizer(Parts):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.inner = torch.optim.Adam(self.params, lr)

    def step(self):
        self.inner.step()


@wrong("the gradient's direction alone")
class Optimizer(Parts):
    def direction(self, p):
        return p.grad / p.grad.norm()


@wrong("all parameters as one vector, which is put back as new memory")
class Optimizer(Parts):
    @torch.no_grad()
    def step(self):
        params = self.with_gradient()
        moved = nn.utils.parameters_to_vector(params) - self.lr * nn.utils.parameters_to_vector(p.grad for p in params)
        nn.utils.vector_to_parameters(moved, params)


@wrong("recording is on after a step, also where it was off before")
class Optimizer(Parts):
    def step(self):
        torch.set_grad_enabled(False)
        for p in self.with_gradient():
            p -= self.lr * p.grad
        torch.set_grad_enabled(True)


@wrong("gradients multiplied by 0: NaN stays NaN")
class Optimizer(Parts):
    def zero_grad(self):
        for p in self.with_gradient():
            p.grad *= 0


@wrong("gradients taken from themselves: infinity leaves NaN")
class Optimizer(Parts):
    def zero_grad(self):
        for p in self.with_gradient():
            p.grad = p.grad - p.grad


@wrong("a learning rate of 1 or more is refused")
class Optimizer(Parts):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        if lr >= 1:
            raise ValueError("the learning rate has to be below 1")


@wrong("a learning rate above 1 is refused")
class Optimizer(Parts):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        if lr > 1:
            raise ValueError("the learning rate is at most 1")


@wrong("one list of parameters for all optimizers")
class Optimizer(Parts):
    everything = []

    def __init__(self, params, lr):
        params = list(params)
        super().__init__(params, lr)
        self.everything.extend(params)
        self.params = self.everything


@wrong("the parameters are cut off from autograd")
class Optimizer(Parts):
    @torch.no_grad()
    def step(self):
        for p in self.with_gradient():
            p.detach_().sub_(self.lr * p.grad)


@wrong("the gradients of the moment in which it was made")
class Optimizer(Parts):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.gradients = [p.grad for p in self.params]

    @torch.no_grad()
    def step(self):
        for p, gradient in zip(self.params, self.gradients):
            if gradient is not None:
                p -= self.lr * gradient


@wrong("an error at one parameter ends the step in silence")
class Optimizer(Parts):
    @torch.no_grad()
    def step(self):
        try:
            for p in self.params:
                p -= self.lr * p.grad
        except TypeError:
            pass


class Moving(Parts):
    """What the wrong momenta below have right."""

    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr)
        if not 0 <= momentum < 1:
            raise ValueError("the momentum has to be in [0, 1)")
        self.momentum = momentum
        self.velocities = [torch.zeros_like(p) for p in self.params]

    @torch.no_grad()
    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is not None:
                self.velocities[k].copy_(self.velocity(k, p))
                p -= self.lr * self.velocities[k]

    def velocity(self, k, p):
        return self.momentum * self.velocities[k] + p.grad


@wrong("zero_grad forgets the velocities, too")
class Momentum(Moving):
    def zero_grad(self):
        super().zero_grad()
        for v in self.velocities:
            v.zero_()


@wrong("weight decay, as in a recipe")
class Momentum(Moving):
    def velocity(self, k, p):
        return super().velocity(k, p) + 1e-4 * p


@wrong("velocities in float32, whatever the parameters are")
class Momentum(Moving):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr, momentum)
        self.velocities = [torch.zeros(p.shape) for p in self.params]


@wrong("one gradient back is remembered, and no further")
class Momentum(Moving):
    @torch.no_grad()
    def step(self):
        for k, p in enumerate(self.params):
            if p.grad is not None:
                p -= self.lr * (p.grad + self.momentum * self.velocities[k])
                self.velocities[k] = p.grad.clone()


@wrong("velocities counted among the parameters that have a gradient")
class Momentum(Moving):
    @torch.no_grad()
    def step(self):
        for p, v in zip(self.with_gradient(), self.velocities):
            v.mul_(self.momentum).add_(p.grad)
            p -= self.lr * v


@wrong("velocities by the shape of the parameter")
class Momentum(Moving):
    def __init__(self, params, lr, momentum=0.9):
        super().__init__(params, lr, momentum)
        by_shape = {p.shape: torch.zeros_like(p) for p in self.params}
        self.velocities = [by_shape[p.shape] for p in self.params]


@wrong("a default argument holds the velocities of all optimizers")
class Momentum(Moving):
    def __init__(self, params, lr, momentum=0.9, kept={}):  # noqa: B006
        super().__init__(params, lr, momentum)
        self.velocities = [kept.setdefault((k, p.shape), torch.zeros_like(p)) for k, p in enumerate(self.params)]


@wrong("the velocity is written into the gradient")
class Momentum(Moving):
    def velocity(self, k, p):
        p.grad += self.momentum * self.velocities[k]
        return p.grad


@wrong("the gradient's share grows with the steps, as in Adam's correction")
class Momentum(Moving):
    steps = 0

    def step(self):
        self.steps += 1
        super().step()

    def velocity(self, k, p):
        return (self.momentum * self.velocities[k] + (1 - self.momentum) * p.grad) / (1 - self.momentum**self.steps)


@wrong("the parameters are damped, and not a velocity")
class Momentum(Moving):
    @torch.no_grad()
    def step(self):
        for p in self.with_gradient():
            p.mul_(self.momentum).sub_(self.lr * p.grad)


@wrong("the step of before counts, also where a gradient was missing in between")
class Momentum(Moving):
    @torch.no_grad()
    def step(self):
        before = [p.clone() for p in self.params]
        for k, p in enumerate(self.params):
            if p.grad is not None:
                p += self.momentum * self.velocities[k] - self.lr * p.grad
            self.velocities[k] = p - before[k]


@wrong("a velocity that turns against the gradient begins anew")
class Momentum(Moving):
    def velocity(self, k, p):
        return torch.where(self.velocities[k] * p.grad < 0, p.grad, super().velocity(k, p))


@wrong("recording is on after a step, also where it was off before")
class Momentum(Moving):
    def step(self):
        torch.set_grad_enabled(False)
        super().step()
        torch.set_grad_enabled(True)
