"""Measure a model on photographs of held-out garments: ``make photos``. Those it gets wrong are in _build/photos."""

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from rich.progress import Progress
from rich.table import Table
from torch import Tensor

from autograder.console import print_table
from bench.photographs import KINDS, held_out, photographs
from solutions import data
from solutions.accelerate.device import use_threads
from solutions.deploy.doubt import doubt
from solutions.deployment import prepare_image
from solutions.dropout import Classifier
from solutions.runs import folders

WRITTEN = data.DATA / "photographs.json"
SURE = 0.9  # a probability above it is a promise


def resize_and_invert(image: Image.Image) -> Tensor:
    """Return float32, shape (1, 28, 28), as most tutorials prepare a photograph: grey, 28×28, dark made bright."""
    return 1 - torch.tensor(np.asarray(image.convert("L").resize((28, 28)))).float()[None] / 255


def answer(model: Classifier, x: Tensor) -> tuple[int, float]:
    """Return the index of the first answer, and its probability."""
    with torch.no_grad():
        share, index = model(x).softmax(dim=1)[0].max(dim=0)
    return int(index), float(share)


def measure(
    model: Classifier,
    dataset: data.Dataset,
    kind: str,
    per_class: int = 10,
    seed: int = 0,
    after_photo: Callable[[Image.Image, str, str], None] = lambda photo, label, given: None,
) -> dict[str, object]:
    """Let a model answer photographs of test garments on one kind of background, and count.

    Args:
        model: in evaluation mode.
        dataset: on whose test images the model was not trained.
        kind: one of ``KINDS``.
        per_class: how many images of each class are photographed.
        seed: the same seed gives the same garments and photographs.
        after_photo: called with each photograph, the right class and the one answered, "" where it was refused.
    """
    indices = held_out(dataset.test_labels, per_class, seed)
    counts = dict.fromkeys(("right", "right_plain", "wrong_sure", "covered", "right_covered", "wrong_sure_covered"), 0)
    for photo, target in zip(
        photographs(dataset.test_images, kind, indices, seed), dataset.test_labels[indices].tolist(), strict=True
    ):
        try:
            given, probability = answer(model, prepare_image(photo))
            is_covered = not doubt(photo)
        except ValueError:  # nothing stands out from the background
            given, probability, is_covered = -1, 0.0, False
        is_right, is_sure = given == target, probability > SURE
        counts["right"] += is_right
        counts["right_plain"] += answer(model, resize_and_invert(photo))[0] == target
        counts["wrong_sure"] += is_sure and not is_right
        counts["covered"] += is_covered
        counts["right_covered"] += is_covered and is_right
        counts["wrong_sure_covered"] += is_covered and is_sure and not is_right
        after_photo(photo, model.labels[target], model.labels[given] if given >= 0 else "")
    return {
        "kind": kind,
        "photographs": len(indices),
        "accuracy": counts["right"] / len(indices),
        "accuracy_resize_and_invert": counts["right_plain"] / len(indices),
        "sure_and_wrong": counts["wrong_sure"],
        "covered": counts["covered"],
        "right_of_covered": counts["right_covered"],
        "sure_and_wrong_of_covered": counts["wrong_sure_covered"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="model file; otherwise that of the newest run")
    parser.add_argument("--data", type=Path, help="folder with the four IDX files; otherwise the usual places")
    parser.add_argument("--per-class", type=int, default=10, help="photographs of each class on each background")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same photographs")
    parser.add_argument("--out", type=Path, default=Path("_build/photos"), help="folder for those that are wrong")
    parser.add_argument("--write", action="store_true", help="show the figures in the book: data/photographs.json")
    options = parser.parse_args()
    use_threads()
    path = options.model or folders.newest_model(Path("runs"))
    model, _ = folders.open_model(path)
    dataset = data.load(options.data)
    kinds = []
    table = Table("background", "photographs", "prepare_image", "resize and invert", "covered", "right of these")
    with Progress(transient=True) as progress:
        task = progress.add_task("photographs", total=len(KINDS) * len(model.labels) * options.per_class)
        for kind in KINDS:
            folder = options.out / kind
            folder.mkdir(parents=True, exist_ok=True)

            def keep(photo: Image.Image, label: str, given: str, folder: Path = folder) -> None:
                progress.advance(task)
                if given != label:
                    name = f"{len(list(folder.iterdir()))} {label}, {given or 'refused'}.png"
                    photo.save(folder / name.replace("/", " or "))

            found = measure(model, dataset, kind, options.per_class, options.seed, keep)
            kinds.append(found)
            shares = (f"{found[name]:.1%}" for name in ("accuracy", "accuracy_resize_and_invert"))
            counts = (str(found[name]) for name in ("covered", "right_of_covered"))
            table.add_row(kind, str(found["photographs"]), *shares, *counts)
    print_table(table)
    print(f"Model: {path}; those that are wrong: {options.out}")
    if options.write:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        summary = {"model": str(path), "model_digest": digest, "seed": options.seed, "kinds": kinds}
        WRITTEN.write_text(json.dumps(summary, indent=1) + "\n")


if __name__ == "__main__":
    main()
