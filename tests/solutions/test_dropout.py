"""Chapter 3: dropout, and the classifier."""

import math

import pytest
import torch
from torch import nn

from solutions.dropout import Classifier, Dropout
from solutions.layers import Flatten, Linear, Sequential

N = 1_000_000


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_elements_are_zero_with_probability_p(p: float) -> None:
    """A right answer is more than seven standard errors away with probability below 1e-11."""
    share = (Dropout(p)(torch.ones(N)) == 0).double().mean().item()
    assert abs(share - p) <= 7 * math.sqrt(p * (1 - p) / N)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_kept_elements_are_scaled_by_one_over_one_minus_p(dtype: torch.dtype) -> None:
    x = torch.randn(1000, dtype=dtype)
    y = Dropout(0.2)(x)
    assert y.dtype == dtype
    torch.testing.assert_close(y[y != 0], (x / 0.8)[y != 0])


def test_neighbours_are_dropped_independently_of_each_other() -> None:
    """Rows, columns and calls are uncorrelated; seven standard errors as above."""
    dropout = Dropout(0.5)
    first, second = ((dropout(torch.ones(1000, 1000)) > 0).double() - 0.5 for _ in range(2))
    for other in (first.roll(1, 0), first.roll(1, 1), second):
        assert abs((first * other).mean().item()) < 7 * 0.25 / 1000


def test_dropout_does_nothing_in_evaluation() -> None:
    x = torch.randn(100)
    assert torch.equal(Dropout(0.9).eval()(x), x)


def test_dropping_everything_gives_zeros_and_zero_gradients() -> None:
    x = torch.randn(100, requires_grad=True)
    y = Dropout(1.0)(x)
    y.sum().backward()
    assert not y.any()
    assert torch.equal(x.grad, torch.zeros(100))


def test_the_gradient_passes_where_the_value_did() -> None:
    x = torch.ones(1000, requires_grad=True)
    y = Dropout(0.5)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


def test_dropout_leaves_its_input_alone() -> None:
    x = torch.ones(100)
    Dropout(0.5)(x)
    assert torch.equal(x, torch.ones(100))


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan])
def test_dropout_refuses_what_is_no_probability(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Dropout(p)


def test_classifier_equals_the_same_network_from_pytorch() -> None:
    model = Classifier().eval()
    linears = [module for module in model.modules() if isinstance(module, Linear)]
    assert [tuple(linear.weight.shape) for linear in linears] == [(784, 256), (256, 64), (64, 10)]
    theirs = nn.Sequential(
        nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10)
    )
    for ours, layer in zip(linears, theirs[1::2], strict=True):
        layer.weight.data, layer.bias.data = ours.weight.data.T, ours.bias.data
    x = torch.rand(5, 1, 28, 28)
    torch.testing.assert_close(model(x), theirs(x))


def test_classifier_is_made_of_our_own_layers() -> None:
    ours = {Classifier, Sequential, Flatten, Linear, Dropout}
    assert ours <= {type(module) for module in Classifier().modules()}


def test_classifier_drops_in_training_only() -> None:
    model, x = Classifier(0.5), torch.rand(2, 28, 28)
    assert not torch.equal(model(x), model(x))
    model.eval()
    assert torch.equal(model(x), model(x))


@pytest.mark.parametrize("shape", [(28, 28), (1, 28, 28), (1, 1, 28, 28)])
def test_predictions_are_the_softmax_of_one_image(shape: tuple[int, ...]) -> None:
    model, x = Classifier(), torch.rand(shape)
    answers = model.predictions(x)
    assert list(answers) == list(Classifier.labels)
    assert sum(answers.values()) == pytest.approx(1)
    expected = model.eval()(x.reshape(1, 28, 28)).softmax(1)[0].tolist()
    assert list(answers.values()) == pytest.approx(expected)


@pytest.mark.parametrize("training", [True, False])
def test_predictions_restore_the_mode(training: bool) -> None:
    model = Classifier().train(training)
    model.predictions(torch.rand(28, 28))
    assert {module.training for module in model.modules()} == {training}


@pytest.mark.parametrize("shape", [(2, 28, 28), (2, 1, 28, 28), (784,), (1, 784), (0, 28, 28)])
def test_predictions_refuse_anything_but_one_image(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one image"):
        Classifier().predictions(torch.rand(shape))
