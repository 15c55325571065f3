"""The model card: every number is computed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from solutions import data
from solutions.data import Dataset
from solutions.deploy.garment_answer import LIMITS, UNSURE_BELOW
from solutions.deploy.model_card import make_card
from solutions.runs import measurement
from solutions.runs.folders import COURSE_MODEL, open_model
from solutions.runs.measurement import Measurement
from solutions.runs.run import divide
from tests.solutions.conftest import cli


@pytest.fixture(scope="module")
def measured(model_file: Path, sample: Dataset) -> tuple[Measurement, str]:
    """The measurement of a model on the test images, and its card, without line breaks."""
    model, training = open_model(model_file)
    test = measurement.measure(model, sample.test_images, sample.test_labels)
    return test, " ".join(make_card(test, sample.test_labels, "the sample", training).split())


def test_the_card_has_accuracy_each_class_and_the_most_frequent_mistakes(measured: tuple[Measurement, str]) -> None:
    test, card = measured
    assert f"**{test.accuracy:.2%}** of 1,000 test images (the sample)" in card
    for label, row in test.per_class.items():
        assert f"| {label} | {row['precision']:.1%} | {row['recall']:.1%} |" in card
    wrong = test.matrix.numpy() * (1 - np.eye(10, dtype=int))
    i, j = np.unravel_index(wrong.argmax(), wrong.shape)
    assert f"- {test.labels[i]} taken for {test.labels[j]}: {wrong.max()} of {test.matrix[i].sum()}" in card


def test_the_card_measures_the_rule_for_unsure_answers(measured: tuple[Measurement, str], sample: Dataset) -> None:
    test, card = measured
    best, named = test.probabilities.max(dim=1)
    unsure, right = best < UNSURE_BELOW, named == torch.tensor(sample.test_labels)
    assert f"below {UNSURE_BELOW:.0%} is called unsure. These are {unsure.float().mean():.1%} of all" in card
    assert f"{right[unsure].float().mean():.1%} of them are right, and {right[~unsure].float().mean():.1%}" in card


def test_the_card_documents_training_and_limits(
    measured: tuple[Measurement, str], model_file: Path, sample: Dataset
) -> None:
    (test, card), (_, training) = measured, open_model(model_file)
    assert all(words in card for words in (sample.digest, "lr 0.05", "Apache-2.0", *LIMITS))
    assert f"- Kept: the weights of epoch {training['epoch']} " in card
    assert "tells nothing about its training" in make_card(test, sample.test_labels, "the sample", {})


def test_the_card_reports_calibration() -> None:
    """Of four answers three lie above 0.9, of which two are right, and one at 0.7, which is right."""
    probabilities = torch.tensor([[0.925, 0.075], [0.96, 0.04], [0.25, 0.75], [1.0, 0.0]])
    test = Measurement(("a", "b"), torch.tensor([[2, 0], [1, 1]]), probabilities)
    card = " ".join(make_card(test, np.array([0, 1, 1, 0]), "four images", {}).split())
    assert "|---| | 70% to 80% | 1 | 75.0% | 100.0% | | 90% to 100% | 3 | 96.2% | 66.7% | The expected" in card
    assert f"error over these bins is {(1 * 0.25 + 3 * (0.961667 - 2 / 3)) / 4:.3f}:" in card


def test_the_command_prints_the_card(training: tuple[Path, str], model_file: Path) -> None:
    result = cli("card", model_file, "--data", data.SAMPLE_FOLDER)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("# What garment is this?")
    assert training[1].split("Test accuracy ")[1].split()[0] in result.stdout


def test_the_threshold_for_unsure_is_the_smallest_tenth_with_95_percent_right_answers(full: Dataset) -> None:
    """Of the course's own model, on the images that it was validated on; the test images have no say in it."""
    model, training = open_model(COURSE_MODEL)
    _, held_out = divide(full, training["seed"])
    test = measurement.measure(model, full.train_images[held_out], full.train_labels[held_out])
    sureness, answers = test.probabilities.max(dim=1)
    right = answers == torch.tensor(full.train_labels[held_out])
    tenths = [tenth / 10 for tenth in range(1, 10)]
    assert next(tenth for tenth in tenths if right[sureness >= tenth].double().mean() >= 0.95) == UNSURE_BELOW
