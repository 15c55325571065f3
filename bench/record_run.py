"""Train once and record each epoch, for the book's widget: ``make recording``."""

import base64
import json
import zlib
from dataclasses import asdict, replace

import numpy as np
import torch
from torch import Tensor

from bench import full_set
from solutions import data
from solutions.accelerate import device as machine
from solutions.accelerate.recipes import RECIPES
from solutions.data import Dataset
from solutions.deployment import affine_layers
from solutions.dropout import Classifier
from solutions.runs import run as runs
from solutions.runs.measurement import Measurement, measure

RECORDING = data.DATA / "training-run.json"
SHOWN = runs.Settings("classic", replace(RECIPES["classic"], lr=0.005), seed=0, device="cpu")  # slow enough to watch
UNITS = 12  # of the first layer: those whose weights training moves farthest
DIGITS = 4  # of losses and accuracies


def record(settings: runs.Settings, dataset: Dataset) -> dict[str, object]:
    """Train and return the page's data on each epoch, for JSON; epoch 0 is before training.

    Loss and accuracy of both sets are measured after the epoch and in evaluation mode, which makes them comparable. The
    test images are not used: watching a run is choosing. ``confusion`` counts validation images, a matrix for each
    epoch whose rows are targets; ``weights``, by ``pack``, has an image for each epoch and each of ``units``.
    """
    recipe, seed = settings.recipe, settings.seed
    model = runs.new_model(recipe, seed)
    learner = runs.new_learner(settings, model, dataset, lambda _: None)
    parts = {
        name: (dataset.train_images[rows], dataset.train_labels[rows])
        for name, rows in zip(("train", "valid"), runs.divide(dataset, seed), strict=True)
    }
    shown = Classifier(recipe.dropout)
    curves: dict[str, dict[str, list[float]]] = {name: {"loss": [], "accuracy": []} for name in parts}
    confusion: list[list[list[int]]] = []
    weights: list[Tensor] = []
    for epoch in range(recipe.epochs + 1):
        if epoch:
            learner.train_epoch()
        shown.load_state_dict(learner.weights())
        weights.append(affine_layers(shown)[0][0].detach().T.clone())
        for name, (images, labels) in parts.items():
            measured = measure(shown, images, labels)
            curves[name]["loss"].append(round(mean_loss(measured, labels), DIGITS))
            curves[name]["accuracy"].append(round(measured.accuracy, DIGITS))
        confusion.append(measured.matrix.tolist())
    moved = (weights[-1] - weights[0]).norm(dim=1).argsort(descending=True)[:UNITS]
    return {
        **asdict(settings),
        "data": runs.describe(dataset),
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "labels": list(shown.labels),
        "images": {name: len(labels) for name, (_, labels) in parts.items()},
        **curves,
        "confusion": confusion,
        "units": moved.tolist(),
        **pack(torch.stack(weights)[:, moved]),
    }


def mean_loss(measured: Measurement, labels: np.ndarray) -> float:
    """Return the mean cross-entropy."""
    chosen = measured.probabilities[torch.arange(len(labels)), torch.tensor(labels).long()]
    return -chosen.double().clamp(min=1e-30).log().mean().item()


def pack(weights: Tensor) -> dict[str, object]:
    """Pack weights (epochs, units, 784) into text that a browser unpacks by itself.

    Each unit's weights are rounded to steps of 1/127 of its largest one. The steps of the first epoch and then the
    changes from epoch to epoch, a byte each, are deflated and encoded in base64.
    """
    largest = weights.abs().amax(dim=(0, 2))
    steps = (weights / largest[:, None] * 127).round().to(torch.int16)
    changes = torch.cat([steps[:1], steps[1:] - steps[:-1]]).numpy().astype(np.uint8)  # modulo 256
    text = base64.b64encode(zlib.compress(changes.tobytes(), 9)).decode()
    return {"largest": [float(f"{value:.4g}") for value in largest.tolist()], "weights": text}


if __name__ == "__main__":
    machine.use_threads()
    RECORDING.write_text(json.dumps(record(SHOWN, full_set()), separators=(",", ":")) + "\n")
