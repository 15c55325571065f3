"""A run: what it does beyond the Learner, which is little."""

import json
import os
from pathlib import Path

import pytest
import torch
from torch import nn

from solutions.accelerate.device import choose_device
from solutions.data import Dataset, split
from solutions.deployment import load_model
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.runs.folders import MODEL, newest_model, open_model
from solutions.runs.measurement import measure, to_tensors
from solutions.training import Learner, LearnerConfig, Loader
from tests.solutions.conftest import Cli


def test_a_reference_run_is_the_learner_on_nine_tenths_of_the_training_images(
    here: Cli, tmp_path: Path, sample: Dataset
) -> None:
    """Trained here as a chapter would do it, the model has the weights of the command's, bit for bit."""
    options = ("--way", "reference", "--set", "epochs=3", "--set", "lr=0.05", "--seed", 1, "--device", "cpu")
    assert here("train", "--data", sample.source, *options, "--out", tmp_path, "--name", "a").returncode == 0
    images, labels = to_tensors(sample.train_images, sample.train_labels, "cpu")
    chosen, held_out = (torch.tensor(part) for part in split(sample.train_labels, 0.1, seed=1))
    loaders = {
        "train": Loader(images[chosen], labels[chosen], 32, shuffle=True),
        "valid": Loader(images[held_out], labels[held_out], 1000),
    }
    torch.manual_seed(1)
    model = Classifier(dropout=0.2)
    Learner(LearnerConfig(model, nn.CrossEntropyLoss(), epochs=3, lr=0.05, seed=1), loaders).fit()
    torch.testing.assert_close(load_model(tmp_path / "a" / MODEL).state_dict(), model.state_dict(), rtol=0, atol=0)


def test_images_are_scaled_from_zero_to_one(sample: Dataset) -> None:
    images, labels = to_tensors(sample.train_images, sample.train_labels, "cpu")
    assert (images.dtype, images.min().item(), images.max().item()) == (torch.float32, 0.0, 1.0)
    assert labels.dtype == torch.int64


def test_a_measurement_counts_each_image_once(sample: Dataset) -> None:
    model = Classifier().train()
    test = measure(model, sample.test_images, sample.test_labels)
    images, labels = to_tensors(sample.test_images, sample.test_labels, "cpu")
    right = int((model.eval()(images).argmax(1) == labels).sum())
    assert int(test.matrix.sum()) == 1000
    assert test.accuracy == right / 1000
    torch.testing.assert_close(test.probabilities.sum(dim=1), torch.ones(1000))


def test_the_model_file_tells_how_it_was_trained(trained: Path, model_file: Path, sample: Dataset) -> None:
    _, training = open_model(model_file)
    results = json.loads((trained / "results.json").read_text())
    assert training == {key: results[key] for key in training}
    assert training["data"]["digest"] == sample.digest
    assert {"recipe", "test_accuracy", "validation_accuracy"} <= set(training)


def test_the_newest_model_is_the_one_that_was_written_last(tmp_path: Path) -> None:
    for name, seconds in (("a", 100), ("b", 300), ("c", 200)):
        (tmp_path / name).mkdir()
        (tmp_path / name / MODEL).touch()
        os.utime(tmp_path / name / MODEL, (seconds, seconds))
    (tmp_path / "unfinished").mkdir()
    assert newest_model(tmp_path) == tmp_path / "b" / MODEL


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto") == "cpu"
    with pytest.raises(WrongUse, match=r"--device cuda: .* leave the option out"):
        choose_device("cuda")
