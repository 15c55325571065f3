"""Wrong answers of the room ``optimizer``, by other algorithms than the reference's."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tests.wrong import wrong


def ready(x, eps, dtype=torch.float64):
    """Return x, and a nudge for each of its elements."""
    if eps <= 0:
        raise ValueError(f"eps has to be above 0, not {eps}")
    return x.detach().to(dtype), eps * torch.eye(x.numel(), dtype=dtype).reshape(-1, *x.shape)


def slopes(f, x, nudges):
    found = [(float(f(x + nudge)) - float(f(x - nudge))) / (2 * float(nudge.sum())) for nudge in nudges]
    return torch.tensor(found, dtype=torch.float64)


@wrong("nudges as large as eps times the element, where it is above 1")
def numerical_gradient(f, x, eps=1e-6):
    x, nudges = ready(x, eps)
    return slopes(f, x, nudges * x.abs().clamp(min=1)).reshape(x.shape)


@wrong("five points: a better method than the one that is asked for")
def numerical_gradient(f, x, eps=1e-6):
    x, nudges = ready(x, eps)
    near, far = slopes(f, x, nudges), slopes(f, x, 2 * nudges)
    return ((4 * near - far) / 3).reshape(x.shape)


@wrong("one random direction, as in SPSA, for all elements at once")
def numerical_gradient(f, x, eps=1e-6):
    x, _ = ready(x, eps)
    signs = torch.randint(2, x.shape).double() * 2 - 1
    return (float(f(x + eps * signs)) - float(f(x - eps * signs))) / (2 * eps) * signs


@wrong("rows and columns only: x of two dimensions")
def numerical_gradient(f, x, eps=1e-6):
    x, nudges = ready(x, eps)
    rows, columns = x.shape
    return slopes(f, x, nudges).reshape(rows, columns)


@wrong("all nudged points in one batch, and f called once for it")
def numerical_gradient(f, x, eps=1e-6):
    x, nudges = ready(x, eps)
    return ((torch.func.vmap(f)(x + nudges) - torch.func.vmap(f)(x - nudges)) / (2 * eps)).reshape(x.shape)


@wrong("f is given a flat row of numbers")
def numerical_gradient(f, x, eps=1e-6):
    return slopes(f, *ready(x.reshape(-1), eps)).reshape(x.shape)


@wrong("an eps of its own, whatever is passed")
def numerical_gradient(f, x, eps=1e-6):
    x, nudges = ready(x, eps)
    return slopes(f, x, nudges / eps * 1e-5).reshape(x.shape)


@wrong("a complex step: one call of f, with a tensor that it does not expect")
def numerical_gradient(f, x, eps=1e-6):
    x, nudges = ready(x, eps, torch.complex128)
    return torch.stack([f(x + 1j * nudge).imag / eps for nudge in nudges]).reshape(x.shape)


@wrong("autograd, switched on inside")
def backward_cross_entropy(logits, targets):
    leaf = logits.detach().clone().requires_grad_()
    with torch.enable_grad():
        F.cross_entropy(leaf, targets).backward()
    return leaf.grad


@wrong("torch.func.grad")
def backward_cross_entropy(logits, targets):
    return torch.func.grad(F.cross_entropy)(logits, targets)


@wrong("an estimate by nudges")
def backward_cross_entropy(logits, targets):
    estimate = slopes(lambda z: F.cross_entropy(z, targets), *ready(logits, 1e-6))
    return estimate.reshape(logits.shape).to(logits.dtype)


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


@wrong("squeezed: a dimension of 1 is lost")
def backward_linear(x, w, grad_out):
    grad_w = (x.unsqueeze(2) @ grad_out.unsqueeze(1)).sum(dim=0).squeeze()
    return grad_out @ w.T, grad_w, grad_out.sum(dim=0)


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


@wrong("weight decay, as in a recipe")
class Optimizer(Parts):
    def direction(self, p):
        return p.grad + 1e-4 * p


@wrong("the learning rate decays with each step")
class Optimizer(Parts):
    def step(self):
        super().step()
        self.lr *= 0.95


@wrong("the gradient's direction alone")
class Optimizer(Parts):
    def direction(self, p):
        return p.grad / p.grad.norm()


@wrong("recording is on after a step, also where it was off before")
class Optimizer(Parts):
    def step(self):
        torch.set_grad_enabled(False)
        super().step()
        torch.set_grad_enabled(True)


@wrong("gradients multiplied by 0: NaN stays NaN")
class Optimizer(Parts):
    def zero_grad(self):
        for p in self.with_gradient():
            p.grad *= 0


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
