"""Measure a model on photographs of held-out garments: ``make photos``. Wrong answers are kept in _build/photos."""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.progress import track
from rich.table import Table
from torch import Tensor

from autograder.console import print_table
from bench.photographs import KINDS, held_out, photographs
from solutions import data
from solutions.accelerate.device import use_threads
from solutions.deploy.garment_answer import doubt
from solutions.deployment import prepare_image
from solutions.dropout import Classifier
from solutions.runs import folders

WRITTEN = data.DATA / "photographs.json"
OUT = Path("_build", "photos")
PER_CLASS = 10  # photographs of each class on each background
SEED = 0
COVERED = ("covered", "right_of_covered")
SURE = 0.9  # above this probability a wrong answer counts as sure


def resize_and_invert(image: Image.Image) -> Tensor:
    """Return float32 (1, 28, 28), prepared as in most tutorials: grey, 28×28, inverted."""
    return 1 - torch.tensor(np.asarray(image.convert("L").resize((28, 28)))).float()[None] / 255


def answer(model: Classifier, x: Tensor) -> tuple[int, float]:
    """Return the index of the first answer, and its probability."""
    with torch.no_grad():
        share, index = model(x).softmax(dim=1)[0].max(dim=0)
    return int(index), float(share)


def measure(model: Classifier, dataset: data.Dataset, kind: str, wrong: Path | None = None) -> dict[str, object]:
    """Count a model's right answers to photographs of test garments on one kind of background.

    Photographs with a wrong answer or none are written to the folder ``wrong``.
    """
    if wrong:
        wrong.mkdir(parents=True, exist_ok=True)
    indices = held_out(dataset.test_labels, PER_CLASS, SEED)
    targets = dataset.test_labels[indices].tolist()
    rows = []
    for photo, target in zip(photographs(dataset.test_images, kind, indices, SEED), targets, strict=True):
        try:
            given, probability = answer(model, prepare_image(photo))
            is_covered = not doubt(photo)
        except ValueError:  # nothing stands out from the background
            given, probability, is_covered = -1, 0.0, False
        plain, _ = answer(model, resize_and_invert(photo))
        rows.append((given == target, plain == target, probability > SURE, is_covered))
        if wrong and given != target:
            answered = model.labels[given] if given >= 0 else "refused"
            name = f"{len(list(wrong.iterdir()))} {model.labels[target]}, {answered}.png"
            photo.save(wrong / name.replace("/", " or "))
    right, right_plain, sure, covered = np.array(rows).T
    return {
        "kind": kind,
        "photographs": len(rows),
        "accuracy": float(right.mean()),
        "accuracy_resize_and_invert": float(right_plain.mean()),
        "sure_and_wrong": int((sure & ~right).sum()),
        "covered": int(covered.sum()),
        "right_of_covered": int((covered & right).sum()),
        "sure_and_wrong_of_covered": int((covered & sure & ~right).sum()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="model file; otherwise that of the newest run")
    parser.add_argument("--write", action="store_true", help="show the figures in the book: data/photographs.json")
    options = parser.parse_args()
    use_threads()
    path = options.model or folders.newest_model(Path("runs"))
    model, _ = folders.open_model(path)
    dataset = data.load()
    kinds = []
    table = Table("background", "photographs", "prepare_image", "resize and invert", "covered", "right of these")
    for kind in track(KINDS, "photographs", transient=True):
        row = measure(model, dataset, kind, OUT / kind)
        kinds.append(row)
        shares = (f"{row[name]:.1%}" for name in ("accuracy", "accuracy_resize_and_invert"))
        table.add_row(kind, str(row["photographs"]), *shares, *(str(row[name]) for name in COVERED))
    print_table(table)
    print(f"Model: {path}; those that are wrong: {OUT}")
    if options.write:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        summary = {"model": str(path), "model_digest": digest, "seed": SEED, "kinds": kinds}
        WRITTEN.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
