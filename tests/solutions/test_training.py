"""Chapter 5: batches, the Learner, and the metrics."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from sklearn.metrics import confusion_matrix as sklearn_matrix
from torch import Tensor, nn

from solutions.deployment import affine_layers, load_model
from solutions.dropout import Classifier
from solutions.training import (
    Learner,
    LearnerConfig,
    Loader,
    Report,
    confusion_matrix,
    evaluate,
    precision_recall_f1,
)
from tests.conftest import ROOT

LOSS = nn.CrossEntropyLoss()


class Watched:
    """A loader that counts how often it is gone through."""

    def __init__(self, loader: Loader) -> None:
        self.loader, self.passes = loader, 0

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        self.passes += 1
        return iter(self.loader)


def loaders(n: int = 20, batch_size: int = 8) -> dict[str, Watched]:
    """Three small sets of points in the plane, in three classes."""
    generator = torch.Generator().manual_seed(1)
    found = {}
    for name in ("train", "valid", "test"):
        y = torch.randint(0, 3, (n,), generator=generator)
        x = torch.randn(n, 2, generator=generator) + torch.stack([y, -y], dim=1)
        found[name] = Watched(Loader(x, y, batch_size, shuffle=name == "train"))
    return found


def model(p: float = 0.0) -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(p), nn.Linear(16, 3))


class Scripted(Learner):
    """A Learner whose validation losses are given, and whose weight tells the epoch."""

    def __init__(self, valid_losses: list[float], **settings: object) -> None:
        super().__init__(LearnerConfig(nn.Linear(1, 1), LOSS, **settings), {})
        self.script = iter(valid_losses)
        self.epoch = 0

    def train_epoch(self) -> float:
        self.epoch += 1
        with torch.no_grad():
            self.model.weight.fill_(self.epoch)
        return 1.0

    def valid_loss(self) -> float:
        return next(self.script)

    def valid_accuracy(self) -> float:
        return 0.5


# --- one epoch


def test_an_epoch_equals_a_plain_loop_in_pytorch() -> None:
    ours, theirs, data = model(), model(), loaders()
    theirs.load_state_dict(ours.state_dict())
    optimizer = torch.optim.SGD(theirs.parameters(), lr=0.1)
    torch.manual_seed(5)
    expected = 0.0
    for x, y in data["train"]:
        optimizer.zero_grad()
        loss = LOSS(theirs(x), y)
        loss.backward()
        optimizer.step()
        expected += loss.item() * len(x) / 20  # 8, 8 and 4 examples: not the mean of the batch means
    torch.manual_seed(5)
    assert Learner(LearnerConfig(ours, LOSS, lr=0.1), data).train_epoch() == pytest.approx(expected)
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict())


def test_validation_measures_over_examples() -> None:
    learner = Learner(LearnerConfig(model(0.5), LOSS), loaders())
    x, y = learner.loaders["valid"].loader.images, learner.loaders["valid"].loader.labels
    found = learner.valid_loss(), learner.valid_accuracy()
    logits = learner.model.eval()(x)
    assert found[0] == pytest.approx(LOSS(logits, y).item())
    assert found[1] == pytest.approx((logits.argmax(1) == y).double().mean().item())


# --- fit


def test_two_equal_runs_with_a_seed_give_equal_losses_and_weights() -> None:
    histories, nets = [], [model(0.5), model(0.5)]
    nets[1].load_state_dict(nets[0].state_dict())
    for net in nets:
        histories.append(Learner(LearnerConfig(net, LOSS, epochs=3, lr=0.1, seed=11), loaders()).fit())
    assert histories[0].losses == histories[1].losses
    assert histories[0].valid_losses == histories[1].valid_losses
    torch.testing.assert_close(nets[0].state_dict(), nets[1].state_dict(), rtol=0, atol=0)


def test_history_has_one_entry_for_each_epoch_and_training_learns() -> None:
    learner = Learner(LearnerConfig(model(), LOSS, epochs=30, lr=0.1, seed=0), loaders(200))
    history = learner.fit()
    assert [len(values) for values in vars(history).values()] == [30] * 4
    assert all(seconds > 0 for seconds in history.seconds)
    assert history.losses[-1] < 0.7 * history.losses[0]


@pytest.mark.parametrize(
    "losses", [[3.0, 1.0, 2.0, 1.0], [math.nan, 2.0, math.nan]], ids=["an equal one later", "no number is no loss"]
)
def test_fit_keeps_the_weights_of_the_first_best_epoch(losses: list[float]) -> None:
    learner = Scripted(losses, epochs=len(losses))
    learner.fit()
    assert learner.model.weight.item() == 2


@pytest.mark.parametrize(("patience", "epochs"), [(1, 3), (2, 6), (3, 7), (None, 8)])
def test_patience_counts_epochs_in_a_row_without_improvement(patience: int | None, epochs: int) -> None:
    history = Scripted([5, 4, 4.5, 3, 3, 3.5, 9, 9], epochs=8, patience=patience).fit()
    assert len(history.losses) == epochs


def test_fit_never_reads_the_test_examples() -> None:
    data = loaders()
    learner = Learner(LearnerConfig(model(), LOSS, epochs=2), data)
    learner.model.labels = ("a", "b", "c")
    learner.fit()
    assert data["test"].passes == 0
    evaluate(learner)
    assert data["test"].passes == 1


# --- what comes out


def test_evaluate_equals_scikit_learn_on_the_test_examples() -> None:
    learner = Learner(LearnerConfig(model(), LOSS, lr=0.1), loaders(100))
    learner.model.labels = ("a", "b", "c")
    learner.train_epoch()
    test = learner.loaders["test"].loader
    predictions = learner.predict(test.images)
    expected = precision_recall_fscore_support(test.labels, predictions, zero_division=0)
    report = evaluate(learner)
    for column, scores in enumerate(report.scores.values()):
        assert list(scores.values()) == pytest.approx([rows[column] for rows in expected[:3]])
    assert report.accuracy == accuracy_score(test.labels, predictions)
    assert report.interval[0] < report.accuracy < report.interval[1]


def test_evaluate_falls_back_on_the_ten_names() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
    test = Loader(torch.rand(5, 28, 28), torch.arange(5), 2)
    assert list(evaluate(Learner(LearnerConfig(net, LOSS), {"test": test})).scores) == list(Classifier.labels)


def test_the_interval_contains_the_truth_nineteen_times_in_twenty() -> None:
    """Of 2,000 test sets: the share of those that do has a standard error of 0.005."""
    rng = torch.Generator().manual_seed(0)
    hits = 0
    for wrong in (torch.rand(2000, 50, generator=rng) > 0.95).long():
        test = Loader(wrong, torch.zeros(50).long(), 50)
        learner = SimpleNamespace(model=None, loaders={"test": test}, predict=lambda x: x)
        low, high = evaluate(learner).interval
        hits += low <= 0.95 <= high
    assert 0.92 < hits / 2000 < 0.98


# --- metrics


@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60))
def test_metrics_equal_scikit_learns_also_where_a_class_is_absent(pairs: list[tuple[int, int]]) -> None:
    targets, predictions = zip(*pairs, strict=True)
    matrix = confusion_matrix(targets, predictions, 5)
    np.testing.assert_array_equal(matrix, sklearn_matrix(targets, predictions, labels=range(5)))
    expected = precision_recall_fscore_support(targets, predictions, labels=range(5), zero_division=0)
    for found, wanted in zip(precision_recall_f1(matrix), expected[:3], strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-12)


@pytest.mark.parametrize("layer", ["ours", "PyTorch's"])
def test_what_the_last_cell_of_the_chapter_writes_is_what_load_model_reads(
    layer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the notebook's network is made of the student's own layers or of PyTorch's."""
    chapter = (ROOT / "chapters" / "5-training.md").read_text(encoding="utf-8")
    (cell,) = (part for part in re.findall(r"^```\{code-cell\}.*?^```$", chapter, re.M | re.S) if "save_file(t" in part)
    code = cell.partition("[needs-exercises]\n")[2].removesuffix("```")
    net = Classifier()
    if layer == "PyTorch's":
        sizes = [784, 256, 64, 10]
        net = nn.Sequential(nn.Flatten(), *(nn.Linear(*pair) for pair in pairwise(sizes)))
    names = {"learner": SimpleNamespace(model=net), "report": Report(0.8, (0.7, 0.9), {}), "train_x": [0] * 3000}
    names |= {"hashlib": hashlib, "json": json, "nn": nn, "save_file": save_file, "NAMES": Classifier.labels}
    monkeypatch.chdir(tmp_path)
    exec(code, names)
    loaded = load_model(tmp_path / "mine.safetensors")
    for found, written in zip(affine_layers(loaded), affine_layers(net), strict=True):
        assert torch.equal(found[0], written[0]) and torch.equal(found[1], written[1])
    assert list(loaded.labels) == list(Classifier.labels)
