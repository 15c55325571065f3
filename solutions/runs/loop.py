"""The loop of epochs: it keeps the best weights, stops in time, and can be resumed after it was killed."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from solutions.accelerate import FastLearner
from solutions.accelerate.recipes import Recipe
from solutions.errors import WorkFailed, WrongUse
from solutions.training import History


@dataclass(eq=False)
class TrainingProgress:
    """The state of a training that is not the learner's."""

    history: History = field(default_factory=History)
    weights: dict[str, Tensor] = field(default_factory=dict)  # to keep if training ended now, as a ``state_dict``
    kept: int = 0  # the epoch of these weights, counted from 1

    @property
    def epochs(self) -> int:
        return len(self.history.losses)


def fit(
    learner: FastLearner,
    recipe: Recipe,
    progress: TrainingProgress,
    checkpoint: Path,
    after_epoch: Callable[[History], bool],
) -> None:
    """Train as ``Learner.fit`` does, from where ``progress`` stands to the end, and leave a checkpoint at each epoch.

    The weights that are kept are those with the lowest validation loss; where the learning rate falls to 0, the last.
    Each epoch brings ``progress`` up to date; where ``after_epoch``, called with the history so far, returns True,
    training ends.

    Raises:
        WorkFailed: the loss is no longer a number; checkpoint and progress are those of the epoch before.
    """
    history = progress.history
    while not is_over(recipe, history):  # which a run may have been when it was killed
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
        save(checkpoint, learner, progress)
        if after_epoch(history):
            return  # the caller has seen enough


def is_over(recipe: Recipe, history: History) -> bool:
    """Return whether the recipe trains no further: it is out of epochs, of patience, or of time."""
    losses = history.valid_losses
    since_best = len(losses) - 1 - losses.index(min(losses)) if losses else 0
    return (
        len(losses) >= recipe.epochs
        or (recipe.patience is not None and since_best >= recipe.patience)
        or (recipe.max_seconds is not None and sum(history.seconds) >= recipe.max_seconds)
    )


def save(path: Path, learner: FastLearner, progress: TrainingProgress) -> None:
    """Write a checkpoint atomically: the old one stays until the new one is complete."""
    tensors = {f"kept.{name}": tensor for name, tensor in progress.weights.items()}
    tensors |= {f"state.{name}": tensor for name, tensor in learner.state().items()}
    tensors = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in tensors.items()}
    part = path.with_suffix(".part")
    save_file(tensors, part, {"kept": str(progress.kept), "history": json.dumps(asdict(progress.history))})
    part.replace(path)


def restore(path: Path, learner: FastLearner, device: str) -> TrainingProgress:
    """Load a checkpoint into a learner and return its progress.

    Raises:
        WrongUse: there is no checkpoint, or it is damaged or of another kind of training.
    """
    if not path.is_file():
        raise WrongUse(f"{path}: there is no checkpoint, not one epoch was finished; train anew with another --name")
    try:
        with safe_open(path, framework="pt") as file:
            metadata, tensors = file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        parts: dict[str, dict[str, Tensor]] = {"kept": {}, "state": {}}
        for name, tensor in tensors.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = tensor
        learner.load_state(parts["state"])
        # A copy: Windows replaces no file of which some memory is still a view.
        weights = {name: tensor.to(device, copy=True) for name, tensor in parts["kept"].items()}
        return TrainingProgress(History(**json.loads(metadata["history"])), weights, int(metadata["kept"]))
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WrongUse(f"{path}: not a checkpoint of this run ({error}); train anew with another --name") from error
