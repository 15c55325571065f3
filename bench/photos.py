"""Measure a model on photographs that people took: ``make photos``. Wrong answers are kept in _build/photos.

The part "report" is shown with ``--write`` alone, so that nobody chooses by it.
"""

import argparse
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from PIL import Image
from rich.table import Table
from torch import Tensor

from autograder.console import print_table
from bench import write
from solutions import data
from solutions.accelerate.device import use_threads
from solutions.data.photographs import KINDS, Part, real_photographs
from solutions.deploy.garment_answer import UNSURE_BELOW, doubt
from solutions.deploy.images import open_image
from solutions.deployment import prepare_image
from solutions.dropout import Classifier
from solutions.runs import folders

WRITTEN = data.DATA / "photographs.json"
OUT = Path("_build", "photos")
SURE = 0.9  # above this probability a wrong answer counts as sure


def resize_and_invert(image: Image.Image) -> Tensor:
    """Return float32 (1, 28, 28), prepared as in most tutorials: grey, 28×28, inverted."""
    return 1 - torch.tensor(np.asarray(image.convert("L").resize((28, 28)))).float()[None] / 255


def answer(model: Classifier, x: Tensor) -> tuple[int, float]:
    """Return the index of the first answer, and its probability."""
    with torch.no_grad():
        share, index = model(x).softmax(dim=1)[0].max(dim=0)
    return int(index), float(share)


def measure(model: Classifier, part: Part, kind: str, wrong: Path) -> dict[str, object]:
    """Count a model's right answers to photographs of a part and a kind; see ``count``."""
    chosen = [photo for photo in real_photographs(part) if photo.kind == kind]
    opened = ((open_image(photo.path), model.labels.index(photo.label)) for photo in chosen)
    return {"kind": kind, **count(model, opened, wrong)}


def count(model: Classifier, photos: Iterable[tuple[Image.Image, int]], wrong: Path) -> dict[str, float | int]:
    """Count a model's right answers to photographs with the numbers of their classes.

    Photographs with a wrong answer or none are written to the folder ``wrong``.

    Returns:
        How many there are; the share of right answers, and of those to pictures only resized; how many are covered
        (not doubted) and how many answered (covered, and the probability is not called unsure); of these and of all,
        how many are right, and how many wrong with a probability above ``SURE``.
    """
    wrong.mkdir(parents=True, exist_ok=True)
    rows = []
    for photo, target in photos:
        try:
            given, probability = answer(model, prepare_image(photo))
            is_covered = not doubt(photo)
        except ValueError:  # nothing stands out from the background
            given, probability, is_covered = -1, 0.0, False
        plain, _ = answer(model, resize_and_invert(photo))
        rows.append((given == target, plain == target, probability > SURE, is_covered, probability >= UNSURE_BELOW))
        if given != target:
            answered = model.labels[given] if given >= 0 else "refused"
            name = f"{len(list(wrong.iterdir()))} {model.labels[target]}, {answered}.png"
            photo.save(wrong / name.replace("/", " or "))
    right, right_plain, sure, covered, probable = np.array(rows).T
    counted: dict[str, float | int] = {
        "photographs": len(rows),
        "accuracy": float(right.mean()),
        "accuracy_resize_and_invert": float(right_plain.mean()),
        "sure_and_wrong": int((sure & ~right).sum()),
    }
    for name, chosen in (("covered", covered), ("answered", covered & probable)):
        counted[name] = int(chosen.sum())
        counted[f"right_of_{name}"] = int((chosen & right).sum())
        counted[f"sure_and_wrong_of_{name}"] = int((chosen & sure & ~right).sum())
    return counted


def show(rows: dict[str, list[dict[str, object]]]) -> None:
    for group, kinds in rows.items():
        table = Table(
            *(group, "photographs", "prepare_image", "resize and invert", "covered", "right", "answered", "right"),
            "sure and wrong",
        )
        for row in kinds:
            shares = (f"{row[name]:.1%}" for name in ("accuracy", "accuracy_resize_and_invert"))
            counts = ("covered", "right_of_covered", "answered", "right_of_answered", "sure_and_wrong")
            table.add_row(str(row["kind"]), str(row["photographs"]), *shares, *(str(row[name]) for name in counts))
        print_table(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="model file; otherwise that of the newest run")
    parser.add_argument("--write", action="store_true", help="show the figures in the book: data/photographs.json")
    options = parser.parse_args()
    use_threads()
    path = options.model or folders.newest_model()
    model, _ = folders.open_model(path)
    parts: tuple[Part, ...] = get_args(Part) if options.write else ("choose",)
    real: dict[str, list[dict[str, object]]] = {
        part: [measure(model, part, kind, OUT / part / kind) for kind in KINDS] for part in parts
    }
    show(real)
    print(f"Model: {path}; those that are wrong: {OUT}")
    if options.write:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        write(WRITTEN, {"model": str(path), "model_digest": digest, "real": real})


if __name__ == "__main__":
    main()
