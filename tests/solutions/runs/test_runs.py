"""A run beyond the Learner, its measurement, and ``python -m solutions data``."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.calibration import calibration_curve

from solutions import data
from solutions.accelerate.device import choose_device
from solutions.accelerate.recipes import Recipe
from solutions.data import Dataset
from solutions.dropout import Classifier
from solutions.errors import WrongUse
from solutions.runs.folders import MODEL, RUNS, claim_folder, newest_model, open_model
from solutions.runs.loop import is_over
from solutions.runs.measurement import calibrate, measure, to_tensors
from solutions.training import History
from tests.solutions.conftest import cli


@pytest.mark.parametrize("rule", ["epochs", "patience", "max_seconds"])
def test_a_training_is_over_when_epochs_patience_or_time_are(rule: str) -> None:
    """After two epochs of a second each, of which the first was the best."""
    history = History([1.0, 1.0], [1.0, 2.0], [0.5, 0.5], [1.0, 1.0])
    two_epochs: Any = {"epochs": 2, "patience": 1, "max_seconds": 2.0}[rule]
    assert is_over(Recipe(**{rule: two_epochs}), history)
    assert not is_over(Recipe(**{rule: two_epochs + 1}), history)


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


def test_the_model_file_contains_its_training_summary(trained: Path, model_file: Path, sample: Dataset) -> None:
    _, training = open_model(model_file)
    results = json.loads((trained / "results.json").read_text())
    assert training == {key: results[key] for key in training}
    assert training["data"]["digest"] == sample.digest
    assert {"recipe", "test_accuracy", "validation_accuracy"} <= set(training)


def test_runs_without_a_name_that_begin_in_one_second_have_folders_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [claim_folder(None)[0] for _ in range(3)]
    assert len({*folders}) == 3 and all(folder.parent == RUNS and folder.is_dir() for folder in folders)


@pytest.mark.parametrize("name", [None, "a"])
def test_a_run_that_gets_no_folder_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    RUNS.write_text("a file")
    with pytest.raises(WrongUse, match="cannot be made"):
        claim_folder(name)


def test_the_newest_model_is_the_last_one_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, seconds in (("a", 100), ("b", 300), ("c", 200)):
        (RUNS / name).mkdir(parents=True)
        (RUNS / name / MODEL).touch()
        os.utime(RUNS / name / MODEL, (seconds, seconds))
    (RUNS / "unfinished").mkdir()
    assert newest_model() == RUNS / "b" / MODEL


def test_a_missing_device_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto") == "cpu"
    with pytest.raises(WrongUse, match=r"--device cuda: .* leave the option out"):
        choose_device("cuda")


# --- calibration, compared with scikit-learn


def test_the_bins_are_those_of_scikit_learn_and_the_error_weighs_each_by_its_answers() -> None:
    rng = np.random.default_rng(0)
    probabilities, targets = rng.dirichlet(np.full(10, 0.3), 500), rng.integers(0, 10, 500)
    filled, error = calibrate(targets, probabilities, bins=7)
    is_right = probabilities.argmax(axis=1) == targets
    shares, confidences = calibration_curve(is_right, probabilities.max(axis=1), n_bins=7)
    np.testing.assert_allclose([one.accuracy for one in filled], shares)
    np.testing.assert_allclose([one.confidence for one in filled], confidences)
    answers = [one.answers for one in filled]
    assert error == pytest.approx(np.average(np.abs(shares - confidences), weights=answers))


@given(arrays(float, (20, 3), elements=st.floats(0.01, 1)), st.integers(1, 20))
def test_every_answer_is_in_one_bin_and_the_error_a_share(raw: np.ndarray, bins: int) -> None:
    filled, error = calibrate(np.arange(20) % 3, raw / raw.sum(axis=1, keepdims=True), bins)
    assert sum(one.answers for one in filled) == 20
    assert 0 <= error <= 1


# --- the command


def test_data_reports_source_checksums_and_counts(sample: Dataset) -> None:
    result = cli("data", "--data", data.SAMPLE_FOLDER)
    assert result.returncode == 0
    for piece in (
        f"the sample of Fashion-MNIST, 5,000 training and 1,000 test images, from {data.SAMPLE_FOLDER}",
        "Why from there: the folder that was named",
        "5,000×28×28",
        data.SAMPLE[data.TEST_LABELS][:16],
        sample.digest,
        "Training and test images of each class: T-shirt/top 500 and 100, Trouser 500 and 100, ",
    ):
        assert piece in result.stdout


def test_data_gives_json(sample: Dataset) -> None:
    facts = json.loads(cli("data", "--data", data.SAMPLE_FOLDER, "--json").stdout)
    assert facts["digest"] == sample.digest
    assert facts["images"]["Bag"] == {"train": 500, "test": 100}
    assert [file["shape"] for file in facts["files"]] == [[5000, 28, 28], [5000], [1000, 28, 28], [1000]]
