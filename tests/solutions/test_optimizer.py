"""Chapter 4: gradients by hand, and the optimizers, beside PyTorch's."""

import math

import pytest
import torch
from torch import nn

from solutions.layers import cross_entropy
from solutions.optimizer import (
    Momentum,
    Optimizer,
    backward_cross_entropy,
    backward_linear,
    backward_relu,
    numerical_gradient,
)


def test_numerical_gradient_equals_autograds() -> None:
    x = torch.randn(3, 4, dtype=torch.float64, requires_grad=True)

    def f(x: torch.Tensor) -> torch.Tensor:
        return (x.sin() * x[0, 0]).sum()

    f(x).backward()
    torch.testing.assert_close(numerical_gradient(f, x, 1e-6), x.grad, rtol=0, atol=1e-8)


def test_numerical_gradient_is_float64_and_leaves_x_alone() -> None:
    x = torch.tensor([1.0, 2.0])
    gradient = numerical_gradient(lambda x: (x**2).sum(), x, 1e-3)
    assert gradient.dtype == torch.float64
    assert x.tolist() == [1.0, 2.0]


def test_numerical_gradient_takes_central_differences() -> None:
    """For x³ at 0 they give eps²; forward differences too, but at 1 those are off by 3 eps."""
    gradient = numerical_gradient(lambda x: (x**3).sum(), torch.tensor([1.0]), 1e-2)
    assert gradient.item() == pytest.approx(3 + 1e-4, abs=1e-9)


@pytest.mark.parametrize("eps", [0.0, -1e-3, math.nan])
def test_numerical_gradient_refuses_a_nudge_that_is_none(eps: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        numerical_gradient(lambda x: x.sum(), torch.zeros(1), eps)


def test_backward_cross_entropy_equals_numerical_gradients_and_autograds() -> None:
    logits, targets = torch.randn(5, 4, dtype=torch.float64, requires_grad=True), torch.tensor([0, 3, 1, 1, 2])
    gradient = backward_cross_entropy(logits.detach(), targets)
    numerical = numerical_gradient(lambda logits: cross_entropy(logits, targets), logits)
    torch.testing.assert_close(gradient, numerical, rtol=0, atol=1e-8)
    nn.functional.cross_entropy(logits, targets).backward()
    torch.testing.assert_close(gradient, logits.grad)


def test_each_row_of_the_gradient_of_the_cross_entropy_adds_up_to_zero() -> None:
    """The same number added to all logits of a row changes nothing."""
    gradient = backward_cross_entropy(torch.randn(6, 10, dtype=torch.float64), torch.arange(6))
    torch.testing.assert_close(gradient.sum(dim=1), torch.zeros(6, dtype=torch.float64))


def test_backward_linear_equals_numerical_gradients() -> None:
    x, w, b, grad_out = (torch.randn(s, dtype=torch.float64) for s in [(5, 4), (4, 3), (3,), (5, 3)])
    grads = backward_linear(x, w, grad_out)
    expected = (
        numerical_gradient(lambda x: ((x @ w + b) * grad_out).sum(), x),
        numerical_gradient(lambda w: ((x @ w + b) * grad_out).sum(), w),
        numerical_gradient(lambda b: ((x @ w + b) * grad_out).sum(), b),
    )
    for found, wanted in zip(grads, expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=0, atol=1e-7)


def test_backward_relu_passes_only_above_zero() -> None:
    x = torch.tensor([[-1.0, 0.0, 2.0]])
    assert backward_relu(x, torch.full((1, 3), 5.0)).tolist() == [[0.0, 0.0, 5.0]]


@pytest.mark.parametrize(
    ("ours", "theirs", "settings"),
    [
        (Optimizer, torch.optim.SGD, {}),
        (Momentum, torch.optim.SGD, {"momentum": 0.9}),
        (Momentum, torch.optim.SGD, {"momentum": 0.0}),
    ],
)
def test_steps_equal_pytorchs(ours: type, theirs: type, settings: dict[str, float]) -> None:
    models = [nn.Linear(4, 3, dtype=torch.float64) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    optimizers = [ours(models[0].parameters(), lr=0.1, **settings), theirs(models[1].parameters(), lr=0.1, **settings)]
    for _ in range(5):
        x = torch.randn(8, 4, dtype=torch.float64)
        for model, optimizer in zip(models, optimizers, strict=True):
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()
    torch.testing.assert_close(models[0].state_dict(), models[1].state_dict())


@pytest.mark.parametrize("kind", [Optimizer, Momentum])
class TestEveryOptimizer:
    def test_updates_in_place(self, kind: type) -> None:
        p = nn.Parameter(torch.ones(2))
        view = p.detach()
        p.grad = torch.ones(2)
        kind([p], lr=0.5).step()
        assert view.tolist() == [0.5, 0.5]

    def test_leaves_a_parameter_without_gradient_alone(self, kind: type) -> None:
        p, q = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
        q.grad = torch.ones(2)
        kind([p, q], lr=0.5).step()
        assert (p.tolist(), q.tolist()) == ([1.0, 1.0], [0.5, 0.5])

    def test_leaves_the_gradients_alone(self, kind: type) -> None:
        p = nn.Parameter(torch.ones(2))
        p.grad = torch.full((2,), 3.0)
        optimizer = kind([p], lr=0.5)
        optimizer.step()
        optimizer.step()
        assert p.grad.tolist() == [3.0, 3.0]

    def test_forgets_gradients(self, kind: type) -> None:
        p = nn.Parameter(torch.ones(2))
        p.grad = torch.ones(2)
        kind([p], lr=0.5).zero_grad()
        assert p.grad is None or not p.grad.any()

    def test_refuses_no_parameters(self, kind: type) -> None:
        with pytest.raises(ValueError, match="no parameters"):
            kind(iter([]), lr=0.1)

    @pytest.mark.parametrize("lr", [0.0, -0.1, math.nan])
    def test_refuses_a_learning_rate_that_is_not_above_zero(self, kind: type, lr: float) -> None:
        with pytest.raises(ValueError, match="learning rate"):
            kind([nn.Parameter(torch.ones(1))], lr=lr)


def test_momentum_keeps_the_velocity_of_a_parameter_without_gradient() -> None:
    p = nn.Parameter(torch.zeros(1))
    optimizer = Momentum([p], lr=1.0, momentum=0.5)
    for gradient in (1.0, None, 1.0):
        p.grad = None if gradient is None else torch.tensor([gradient])
        optimizer.step()
    assert p.item() == -1.0 - 1.5


def test_momentum_keeps_a_velocity_for_each_parameter() -> None:
    p, q = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
    p.grad, q.grad = torch.tensor([1.0]), torch.tensor([-1.0])
    Momentum([p, q], lr=1.0).step()
    assert (p.item(), q.item()) == (-1.0, 1.0)


@pytest.mark.parametrize("momentum", [-0.1, 1.0, math.nan])
def test_momentum_refuses_what_is_outside(momentum: float) -> None:
    with pytest.raises(ValueError, match="momentum"):
        Momentum([nn.Parameter(torch.ones(1))], lr=0.1, momentum=momentum)
