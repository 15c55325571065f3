"""Measure a model on photographs of held-out garments, and show those it gets wrong: ``make photos``"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from rich.progress import Progress
from rich.table import Table

from autograder.console import print_table
from bench.photographs import KINDS, Accuracy, Answer, accuracy_by_kind, held_out, photographs
from solutions import data
from solutions.accelerate.device import use_threads
from solutions.deployment import prepare_image
from solutions.runs import folders

WRITTEN = Path(__file__).parent.parent / "data" / "photographs.json"
THUMBNAIL = (150, 200)  # pixels
COLUMNS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="model file; otherwise that of the newest run")
    parser.add_argument("--data", type=Path, help="folder with the four IDX files; otherwise the usual places")
    parser.add_argument("--per-class", type=int, default=10, help="photographs of each class on each background")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same photographs")
    parser.add_argument("--out", type=Path, default=Path("_build/photos"), help="folder for pictures and JSON")
    parser.add_argument("--write", action="store_true", help="show the figures in the book: data/photographs.json")
    options = parser.parse_args()

    use_threads()
    path = options.model or folders.newest_model(Path("runs"))
    model, _ = folders.open_model(path)
    dataset = data.load(options.data)
    options.out.mkdir(parents=True, exist_ok=True)
    total = len(KINDS) * len(model.labels) * options.per_class
    with Progress(transient=True) as progress:
        task = progress.add_task("photographs", total=total)
        results = accuracy_by_kind(
            *(model, dataset.test_images, dataset.test_labels, options.per_class, options.seed),
            report=lambda done: progress.advance(task, done),
        )
    examples(dataset, options.seed).save(options.out / "examples.png")
    for result in results:
        contact_sheet(result.failures, model.labels).save(options.out / f"failures-{result.kind}.png")
    summary = {
        "model": str(path),
        "model_digest": hashlib.sha256(path.read_bytes()).hexdigest(),
        "seed": options.seed,
        "kinds": [as_json(result, model.labels) for result in results],
    }
    (options.out / "photos.json").write_text(json.dumps(summary, indent=2) + "\n")
    if options.write:
        WRITTEN.write_text(json.dumps(short(summary), indent=1) + "\n")

    print(f"Model: {path}")
    print_table(table(results, model.labels))
    print(f"Photographs, and those that are wrong: {options.out}")


def short(summary: dict[str, Any]) -> dict[str, Any]:
    """Return the figures without the list of what is wrong."""
    kinds = [{key: value for key, value in kind.items() if key != "wrong"} for kind in summary["kinds"]]
    return summary | {"kinds": kinds}


def table(results: Sequence[Accuracy], labels: Sequence[str]) -> Table:
    view = Table(box=None, pad_edge=False)
    for column in (
        "background",
        "photographs",
        "prepare_image",
        "resize and invert",
        "covered",
        "right of these",
        "most often wrong",
    ):
        view.add_column(column)
    for result in results:
        wrong = Counter(labels[failure.label] for failure in result.failures).most_common(3)
        counts = ", ".join(f"{label} {count}" for label, count in wrong)
        view.add_row(
            *(result.kind, str(result.count), f"{result.accuracy:.1%}", f"{result.accuracy_plain:.1%}"),
            *(f"{result.covered / result.count:.0%}", f"{result.right_covered / max(result.covered, 1):.1%}", counts),
        )
    return view


def as_json(result: Accuracy, labels: Sequence[str]) -> dict[str, object]:
    return {
        "kind": result.kind,
        "photographs": result.count,
        "accuracy": result.accuracy,
        "accuracy_resize_and_invert": result.accuracy_plain,
        "sure_and_wrong": result.sure_and_wrong,
        "covered": result.covered,
        "right_of_covered": result.right_covered,
        "sure_and_wrong_of_covered": result.sure_and_wrong_covered,
        "wrong": [
            {"test_image": failure.index, "label": labels[failure.label], "answer": answer(failure, labels)}
            for failure in result.failures
        ],
    }


def answer(failure: Answer, labels: Sequence[str]) -> str | None:
    return None if failure.given is None else labels[failure.given]


def examples(dataset: data.Dataset, seed: int) -> Image.Image:
    """Return a photograph of a garment of each class on each kind of background, and what is made of it."""
    indices = held_out(dataset.test_labels, 1, seed)
    cells = []
    for kind in KINDS:
        for photo in photographs(dataset.test_images, kind, indices, seed):
            try:
                cells.append(cell(photo, prepare_image(photo)[0].numpy(), kind))
            except ValueError:
                cells.append(cell(photo, None, f"{kind}: refused"))
    return sheet(cells)


def contact_sheet(failures: Sequence[Answer], labels: Sequence[str]) -> Image.Image:
    """Return what went wrong: the photographs, what the network saw, and what it said."""
    cells = []
    for failure in failures:
        prepared = None if failure.prepared is None else failure.prepared[0].numpy()
        cells.append(cell(failure.photo, prepared, f"{labels[failure.label]}\n{answer(failure, labels) or 'refused'}"))
    return sheet(cells)


def cell(photo: Image.Image, prepared: np.ndarray | None, caption: str) -> Image.Image:
    """Return a photograph, below it its 28×28, and below that a caption of two lines at most."""
    width, height = THUMBNAIL
    picture = Image.new("RGB", (width + 4, height + width + 40), "white")
    small = photo.resize(THUMBNAIL).convert("RGBA")
    checks = Image.fromarray(np.kron(np.indices((25, 20)).sum(axis=0) % 2, np.ones((8, 8))).astype(np.uint8) * 30 + 225)
    behind = checks.crop((0, 0, *THUMBNAIL)).convert("RGBA")  # as editors show that there is nothing
    picture.paste(Image.alpha_composite(behind, small), (2, 0))
    if prepared is not None:
        seen = Image.fromarray((255 * prepared).astype(np.uint8)).resize((width, width), Image.Resampling.NEAREST)
        picture.paste(seen, (2, height + 4))
    ImageDraw.Draw(picture).text((2, height + width + 6), caption, fill="black")
    return picture


def sheet(cells: Sequence[Image.Image]) -> Image.Image:
    """Return cells in rows."""
    if not cells:
        return Image.new("RGB", THUMBNAIL, "white")
    width, height = cells[0].size
    page = Image.new("RGB", (COLUMNS * width, -(-len(cells) // COLUMNS) * height), "white")
    for i, one in enumerate(cells):
        page.paste(one, (i % COLUMNS * width, i // COLUMNS * height))
    return page


if __name__ == "__main__":
    main()
