"""What is learned from a teacher, and that it is drawn from a seed like everything else."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from solutions.accelerate import FastLearner
from solutions.accelerate.recipes import RECIPES, Recipe
from solutions.accelerate.teacher import taught
from solutions.data import Dataset
from solutions.runs import run as runs
from solutions.runs.measurement import to_tensors
from solutions.training import History

Examples = tuple[Tensor, Tensor]


@pytest.fixture(scope="module")
def train(sample: Dataset) -> Examples:
    return to_tensors(sample.train_images[:1000], sample.train_labels[:1000], "cpu")


@pytest.fixture(scope="module")
def answers(train: Examples) -> Tensor:
    return taught(*train, classes=10, epochs=5, seed=0, shift=1)


def test_a_teacher_answers_probabilities_and_mostly_the_label(train: Examples, answers: Tensor) -> None:
    assert (answers.shape, answers.dtype) == ((1000, 3, 3, 10), torch.float32)
    torch.testing.assert_close(answers.sum(dim=3), torch.ones(1000, 3, 3))
    right = answers[:, 1, 1].argmax(dim=1) == train[1]
    assert right.float().mean() > 0.7
    assert not right.all(), "then it tells nothing that the labels do not"


def test_the_same_seed_gives_the_same_answers_and_leaves_other_draws_as_they_were(train: Examples) -> None:
    few = (train[0][:256], train[1][:256])
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    first = taught(*few, classes=10, epochs=1, seed=1)
    torch.testing.assert_close(torch.rand(2), expected, rtol=0, atol=0)
    torch.testing.assert_close(taught(*few, classes=10, epochs=1, seed=1), first, rtol=0, atol=0)
    assert not torch.equal(taught(*few, classes=10, epochs=1, seed=2), first)


def test_learning_from_sure_answers_is_learning_from_labels(train: Examples) -> None:
    recipe = Recipe(epochs=2, shift=1)
    by_labels = FastLearner(runs.new_model(recipe, 0), recipe, train, train)
    sure = functional.one_hot(train[1], 10).float()[:, None, None].expand(-1, 3, 3, -1)
    told = replace(recipe, teacher=1)
    by_answers = FastLearner(runs.new_model(told, 0), told, (train[0], sure), train)
    assert by_labels.train_epoch() == by_answers.train_epoch()
    torch.testing.assert_close(by_labels.weights(), by_answers.weights(), rtol=0, atol=0)


def test_what_is_learned_of_a_moved_image_is_what_the_teacher_answers_to_it_there(train: Examples) -> None:
    recipe = replace(RECIPES["distilled"], batch_size=16)
    answers = torch.arange(16.0 * 3 * 3 * 10).view(16, 3, 3, 10)
    images = torch.zeros(16, 28, 28)
    images[:, 10, 10] = 1
    learner = FastLearner(runs.new_model(recipe, 0), recipe, (images, answers), train)
    learner.train_epoch()
    down, across = learner._offsets[:, :16]
    torch.testing.assert_close(learner._targets[:16], answers[learner._rows[:16], down, across], rtol=0, atol=0)
    brightest = learner._inputs[:16].argmax(dim=1)
    torch.testing.assert_close(brightest, (11 - down) * 28 + 11 - across, rtol=0, atol=0)


@pytest.mark.long("a teacher is trained three times")
def test_a_run_with_a_teacher_tells_of_its_epochs_and_goes_on_as_if_it_had_not_stopped(
    sample: Dataset, tmp_path: Path
) -> None:
    small = replace(sample, train_images=sample.train_images[:600], train_labels=sample.train_labels[:600])
    settings = runs.Settings("distilled", replace(RECIPES["distilled"], teacher=2, epochs=3), 0, "cpu")
    told: list[int] = []

    def run(name: str, interrupted: bool = False, resume: bool = False) -> runs.Run:
        def after_epoch(history: History) -> bool:
            if interrupted:
                raise KeyboardInterrupt
            return False

        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        runs.begin(settings, small, folder)
        return runs.train(
            settings, small, folder, lambda images: None, after_epoch, resume=resume, after_teacher=told.append
        )

    undisturbed = run("undisturbed")
    assert told == [1, 2]
    with pytest.raises(KeyboardInterrupt):
        run("stopped", interrupted=True)
    stopped = run("stopped", resume=True)
    assert stopped.model_file.read_bytes() == undisturbed.model_file.read_bytes()
