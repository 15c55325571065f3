"""Chapter 5: the Learner and the metrics beside the libraries that know; what else they do, the checks observe."""

import hashlib
import json
import re
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
from torch import nn

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


def loaders(n: int = 20, batch_size: int = 8) -> dict[str, Loader]:
    """Three small sets of points in the plane, in three classes."""
    generator = torch.Generator().manual_seed(1)
    found = {}
    for name in ("train", "valid", "test"):
        y = torch.randint(0, 3, (n,), generator=generator)
        x = torch.randn(n, 2, generator=generator) + torch.stack([y, -y], dim=1)
        found[name] = Loader(x, y, batch_size, shuffle=name == "train")
    return found


def model(p: float = 0.0) -> nn.Sequential:
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(p), nn.Linear(16, 3))


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


def test_evaluate_equals_scikit_learn_on_the_test_examples() -> None:
    learner = Learner(LearnerConfig(model(), LOSS, lr=0.1), loaders(100))
    learner.model.labels = ("a", "b", "c")
    learner.train_epoch()
    test = learner.loaders["test"]
    predictions = learner.predict(test.images)
    expected = precision_recall_fscore_support(test.labels, predictions, zero_division=0)
    report = evaluate(learner)
    for column, scores in enumerate(report.scores.values()):
        assert list(scores.values()) == pytest.approx([rows[column] for rows in expected[:3]])
    assert report.accuracy == accuracy_score(test.labels, predictions)
    assert report.interval[0] < report.accuracy < report.interval[1]


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
