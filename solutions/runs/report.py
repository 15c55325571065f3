"""Report of a run: a single HTML file that needs no other file and no other host."""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from jinja2 import Environment
from markupsafe import Markup
from matplotlib.figure import Figure
from PIL import Image

from autograder.palette import STYLE, themed
from autograder.reports import html
from solutions.data import SAMPLE_FOLDER, Dataset, load
from solutions.errors import WrongUse
from solutions.runs import run_figures as figures
from solutions.runs.folders import MODEL, name_of, open_model, read_history
from solutions.runs.measurement import Measurement, calibrate, measure, wilson_interval
from solutions.runs.run import describe
from solutions.training import History

GENERATOR = "python -m solutions report"
MISTAKES, PAIRS = 20, 6  # how many are shown


@dataclass(frozen=True)
class RunReport:
    """The page about a run, and its main numbers for JSON."""

    html: str
    numbers: dict[str, Any]


def make_report(folder: Path, data_folder: Path | None = None) -> RunReport:
    """Describe a finished run in a page; its model is measured once on the test images.

    Raises:
        WrongUse: a file of the run is missing or damaged, or the data found are not those that it was trained on.
    """
    model, training = open_model(folder / MODEL)
    history, trained_on = read_history(folder), training.get("data")
    on_sample = isinstance(trained_on, dict) and trained_on.get("is_sample") is True
    data = load(data_folder or (SAMPLE_FOLDER if on_sample else None))
    if describe(data) != trained_on:
        raise WrongUse(f"{folder}: was trained on other data than those in {data.source}; name its data with --data")
    test = measure(model, data.test_images, data.test_labels)
    result, kept = headline(test), training.get("epoch")
    with matplotlib.rc_context(STYLE):
        reliability = calibration(test, data.test_labels)
        page = (
            environment()
            .get_template("report.html.j2")
            .render(
                name=folder.resolve().name,
                run=name_of(folder),
                generator=GENERATOR,
                headline=result,
                curves=curves(history, kept if isinstance(kept, int) else None),
                classes=classes(test),
                confusions=confusions(test),
                mistakes=mistakes(test, data),
                calibration=reliability,
            )
        )
    numbers = {key: result[key] for key in ("test_accuracy", "interval", "images")}
    return RunReport(page, numbers | {"calibration_error": reliability["calibration_error"]})


def write_report(report: RunReport, path: Path) -> None:
    """Write the page; an older report is replaced, but no other file.

    Raises:
        WrongUse: there is another file, or the file cannot be written.
    """
    try:
        if path.exists() and GENERATOR.encode() not in path.read_bytes()[:1000]:
            raise WrongUse(f"{path}: is there already, and is not a report; name another file with --to")
        path.write_text(report.html, encoding="utf-8")
    except OSError as error:
        raise WrongUse(f"{path}: cannot be written ({error.strerror}); name another file with --to") from error


def environment() -> Environment:
    """Return the templates, with escaping on: names and labels can come from anyone."""
    templates = html.environment(Path(__file__).parent)
    templates.filters["percent"] = lambda share, digits=1: f"{share:.{digits}%}"
    return templates


# --- sections: numbers, sentences and pictures, ready for the template


def headline(test: Measurement) -> dict[str, Any]:
    right, images = int(test.matrix.trace()), int(test.matrix.sum())
    interval = wilson_interval(right, images)
    return {"test_accuracy": test.accuracy, "interval": interval, "right": right, "images": images}


def curves(history: History, kept: int | None) -> list[Markup]:
    """Return a picture for each kind of number that was measured in every epoch."""
    losses = {"validation": history.valid_losses, "training": history.losses}
    kinds: list[tuple[str, dict[str, list[float]], str, Callable[..., float]]] = [
        ("mean loss", losses, ".2f", min),
        ("accuracy", {"validation": history.accuracies}, ".1%", max),
    ]
    pictures = []
    for name, lines, form, best in kinds:
        told = "; ".join(f"{label}: {course(values, form, best)}" for label, values in lines.items())
        alt = f"{name.capitalize()} by epoch. {told}."
        pictures.append(draw(figures.by_epoch(lines, name, kept), alt, f"{name.replace(' ', '-')}-"))
    return pictures


def course(values: Sequence[float], form: str, best: Callable[..., float]) -> str:
    """Describe a line in words: its first, last and best value."""
    extreme = "lowest" if best is min else "highest"
    place = values.index(best(values)) + 1
    return f"from {values[0]:{form}} to {values[-1]:{form}}, {extreme} {best(values):{form}} in epoch {place}"


def classes(test: Measurement) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [{"label": label, **scores} for label, scores in test.per_class.items()]
    ranked = sorted(rows, key=lambda row: row["f1"])
    return {"rows": rows, "worst": ranked[0], "best": ranked[-1]}


def confusions(test: Measurement) -> dict[str, Any]:
    matrix, labels = test.matrix.numpy(), test.labels
    totals = matrix.sum(axis=1)
    shares = matrix / np.maximum(totals, 1)[:, None]
    is_right = np.eye(len(labels), dtype=bool)
    wrong = np.where(is_right, 0, matrix)
    # Mistakes have a scale of their own: few beside what is right, they would all look white.
    worst = np.where(is_right, 0, shares).max() or 1
    shades = np.round(100 * np.where(is_right, shares, shares / worst)).astype(int)
    rows = [
        {"label": label, "cells": list(zip(counts.tolist(), shade.tolist(), strict=True))}
        for label, counts, shade in zip(labels, matrix, shades, strict=True)
    ]
    pairs: list[dict[str, Any]] = [
        {"target": labels[row], "taken_for": labels[column], "count": int(wrong[row, column]), "of": int(totals[row])}
        for row, column in test.most_confused(PAIRS)
    ]
    share = sum(pair["count"] for pair in pairs) / max(int(wrong.sum()), 1)
    return {"labels": labels, "rows": rows, "pairs": pairs, "share": share, "wrong": int(wrong.sum())}


def mistakes(test: Measurement, data: Dataset) -> list[dict[str, Any]]:
    probabilities, targets = test.probabilities.numpy(), data.test_labels
    return [
        {
            "image": tile(data.test_images[index]),
            "number": int(index),
            "target": test.labels[targets[index]],
            "taken_for": test.labels[probabilities[index].argmax()],
            "sureness": float(probabilities[index].max()),
        }
        for index in figures.surest_mistakes(targets, probabilities, MISTAKES)
    ]


def calibration(test: Measurement, targets: np.ndarray) -> dict[str, Any]:
    probabilities = test.probabilities.numpy()
    bins, confidence = calibrate(targets, probabilities), float(probabilities.max(axis=1).mean())
    rows = zip(bins.edges, bins.edges[1:], bins.counts.tolist(), bins.accuracies, strict=False)
    told = [
        f"given {low:.0%} to {high:.0%}: {right:.0%} right of {answers:,}"
        for low, high, answers, right in rows
        if answers
    ]
    alt = f"Reliability diagram. Answers {'; '.join(told)}."
    return {
        "svg": draw(figures.reliability(targets, probabilities), alt, "reliability-"),
        "confidence": confidence,
        "excess": confidence - test.accuracy,
        "calibration_error": bins.error,
    }


# --- pictures


def draw(figure: Figure, alt: str, prefix: str) -> Markup:
    """Return a figure as SVG within the page, in the colours of its theme; the prefix makes its ids unique there."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    return Markup(themed(file.getvalue(), alt, prefix))


def tile(image: np.ndarray) -> str:
    """Return an image (28, 28) as an address: black on the page's ground, where 255 is black."""
    alpha = Image.fromarray(image)
    file = io.BytesIO()
    Image.merge("LA", (Image.new("L", alpha.size), alpha)).save(file, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
