"""The loop of epochs: it keeps the best weights, and stops in time."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from solutions.accelerate.fast_learner import FastLearner
from solutions.accelerate.recipes import Recipe
from solutions.errors import WorkFailed
from solutions.training import History


@dataclass(eq=False)
class TrainingProgress:
    """Where a training stands: what was measured in each epoch, and the weights to keep."""

    history: History = field(default_factory=History)
    weights: dict[str, Tensor] = field(default_factory=dict)  # as a ``state_dict``
    kept: int = 0  # the epoch of these weights, counted from 1

    @property
    def epochs(self) -> int:
        return len(self.history.losses)


def fit(learner: FastLearner, recipe: Recipe, after_epoch: Callable[[History], bool]) -> TrainingProgress:
    """Train as ``Learner.fit`` does, and return where it ended.

    The weights that are kept are those with the lowest validation loss; where the learning rate falls to 0, the last.
    Where ``after_epoch``, called with the history so far, returns True, training ends.

    Raises:
        WorkFailed: the loss is no longer a number.
    """
    progress = TrainingProgress()
    history = progress.history
    while not is_over(recipe, history):
        start = time.perf_counter()
        loss = learner.train_epoch()
        valid_loss, accuracy = learner.validate()
        if not (math.isfinite(loss) and math.isfinite(valid_loss)):
            raise WorkFailed(
                f"the loss is no longer a number in epoch {progress.epochs + 1} with {recipe.optimizer}, "
                f"lr={recipe.lr:g} and batch_size={recipe.batch_size}; try a tenth: --set lr={recipe.lr / 10:g}"
            )
        if recipe.cosine or not progress.weights or valid_loss < min(history.valid_losses):
            progress.weights, progress.kept = learner.weights(), progress.epochs + 1
        history.losses.append(loss)
        history.valid_losses.append(valid_loss)
        history.accuracies.append(accuracy)
        history.seconds.append(time.perf_counter() - start)
        if after_epoch(history):
            break  # the caller has seen enough
    return progress


def is_over(recipe: Recipe, history: History) -> bool:
    """Return whether the recipe trains no further: it is out of epochs, of patience, or of time."""
    losses = history.valid_losses
    since_best = len(losses) - 1 - losses.index(min(losses)) if losses else 0
    return (
        len(losses) >= recipe.epochs
        or (recipe.patience is not None and since_best >= recipe.patience)
        or (recipe.max_seconds is not None and sum(history.seconds) >= recipe.max_seconds)
    )
