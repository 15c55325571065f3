"""Sections of a run's report: numbers, sentences and pictures, ready for the template."""

import base64
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import matplotlib
import numpy as np
import torch
from markupsafe import Markup
from matplotlib.figure import Figure
from PIL import Image

from autograder.palette import STYLE, themed
from solutions.accelerate.recipes import Recipe
from solutions.data import Dataset
from solutions.deployment import affine_layers
from solutions.dropout import Classifier
from solutions.runs import run_figures as figures
from solutions.runs.folders import RunRecord
from solutions.runs.measurement import Measurement, brier_score, calibrate, wilson_interval
from solutions.runs.run import new_model

MISTAKES, UNITS, PAIRS = 20, 64, 6  # how many are shown
RELATED = 0.05  # correlation of weights with their initial values; independent draws of 200,000 stay below 0.01

ALWAYS_TOLD = ("epochs", "batch size", "lr", "dropout", "optimizer")

# Columns of a log: heading and format of the numbers.
COLUMNS = {
    "epoch": ("epoch", ".0f"),
    "losses": ("training loss", ".4f"),
    "valid_losses": ("validation loss", ".4f"),
    "accuracies": ("validation accuracy", ".2%"),
    "seconds": ("seconds", ".2f"),
    "images_per_second": ("images per second", ",.0f"),
}


def headline(test: Measurement) -> dict[str, Any]:
    right, images = int(test.matrix.trace()), int(test.matrix.sum())
    interval = wilson_interval(right, images)
    return {"test_accuracy": test.accuracy, "interval": interval, "right": right, "images": images}


def facts(record: RunRecord) -> list[tuple[str, str]]:
    """Return facts about the run beside its settings, as terms and words."""
    rows, epochs, accuracies = [], len(record.log), record.series("accuracies")
    if record.best is not None and accuracies:
        accuracy = f"{accuracies[record.best - 1]:.2%} after epoch {record.best}"
        why = "whose weights were kept" if record.model_file else "the best so far"
        rows.append(("Validation accuracy", f"{accuracy}, {why}"))
    if epochs:
        seconds = np.nansum(record.series("seconds"))
        rows.append(("Training", f"{count(epochs, 'epoch')} in {duration(float(seconds))}"))
    if record.data:
        sizes: dict[object, str] = {True: "the sample of ", False: "the full set of "}
        size = sizes.get(record.data.get("is_sample"), "")
        rows.append(("Data", f"{size}{record.data.get('name', 'data without a name')}"))
        rows.append(("Digest of the data", str(record.data.get("digest", "none"))[:12]))
    machine = record.config.get("machine")
    if machine is not None:
        pairs = flat(machine)
        rows.append(("Machine", "; ".join(f"{name}: {value}" for name, value in pairs) if pairs else words(machine)))
    return rows


def why_no_model(record: RunRecord) -> str:
    last = [number for key in ("losses", "valid_losses") for number in record.series(key)[-1:]]
    if not all(map(math.isfinite, last)):
        return f"This run has no model: after epoch {len(record.log)} its loss was no longer a number."
    return "This run has no model: it was interrupted, failed, or is still going on. What it logged is below."


def curves(record: RunRecord) -> list[dict[str, Any]]:
    """Return a picture for each kind of logged number."""
    losses = {"validation": record.series("valid_losses"), "training": record.series("losses")}
    kinds = [
        ("mean loss", losses, ".2f", min),
        ("accuracy", {"validation": record.series("accuracies")}, ".1%", max),
    ]
    pictures, kept = [], record.best if record.model_file else None
    for name, lines, form, best in kinds:
        drawn = {label: values for label, values in lines.items() if np.isfinite(values).any()}
        if drawn:
            described = "; ".join(f"{label}: {course(values, form, best)}" for label, values in drawn.items())
            alt = f"{name.capitalize()} by epoch. {described}."
            svg = draw(lambda: figures.by_epoch(drawn, name, kept), alt, f"{name.replace(' ', '-')}-")  # noqa: B023
            pictures.append({"svg": svg, "name": name})
    return pictures


def course(values: Sequence[float], form: str, best: Callable[..., int]) -> str:
    """Describe a line in words: its first, last and best value."""
    if len(values) == 1:
        return f"{values[0]:{form}}"
    finite = [place for place, value in enumerate(values) if math.isfinite(value)]
    place = best(finite, key=lambda place: values[place])
    extreme = "lowest" if best is min else "highest"
    text = f"from {values[0]:{form}} to {values[-1]:{form}}"
    return f"{text}, {extreme} {values[place]:{form}} in epoch {place + 1}"


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
    bins = calibrate(targets, probabilities)
    rows = zip(bins.edges, bins.edges[1:], bins.counts.tolist(), bins.accuracies, strict=False)
    told = [
        f"of the {count(answers, 'answer')} given {low:.0%} to {high:.0%}, {right:.0%} are right"
        for low, high, answers, right in rows
        if answers
    ]
    alt = f"Reliability diagram. {'; '.join(told)}."
    return {
        "svg": draw(lambda: figures.reliability(targets, probabilities), alt, "reliability-"),
        "confidence": test.accuracy + bins.excess,
        "excess": bins.excess,
        "calibration_error": bins.error,
        "brier_score": brier_score(targets, probabilities),
        "brier_of_ignorance": 1 - 1 / len(test.labels),
    }


def weights(model: Classifier, record: RunRecord) -> dict[str, Any]:
    """Show the first layer's change in training, as the book's widget does; else its weights."""
    weight = affine_layers(model)[0][0].detach().numpy()
    drawn = drawn_weight(record)
    # A generator other than this machine's would have drawn other weights.
    is_gain = drawn is not None and float(np.corrcoef(drawn.ravel(), weight.ravel())[0, 1]) > RELATED
    what = weight - drawn if drawn is not None and is_gain else weight
    norms = np.linalg.norm(what, axis=0)
    shown = figures.largest_units(what, UNITS)
    tiles = what[:, shown].T.reshape(-1, 28, 28)
    neighbours = float(np.corrcoef(tiles[:, :, :-1].ravel(), tiles[:, :, 1:].ravel())[0, 1])
    alt = (
        f"{'What training added to the weights' if is_gain else 'Weights'} into {len(shown)} of {len(norms)} hidden "
        f"units, an image of 28 by 28 for each. The norms go from {norms[shown[0]]:.2f} down to "
        f"{norms[shown[-1]]:.2f}; neighbouring numbers correlate with {neighbours:z.2f}."
    )
    with matplotlib.rc_context(STYLE):
        image = png(figures.first_layer_weights(what, UNITS))
    counts = {"shown": len(shown), "units": len(norms), "neighbours": f"{neighbours:z.2f}"}
    return {"image": image, "alt": alt, "is_gain": is_gain} | counts


def drawn_weight(record: RunRecord) -> np.ndarray | None:
    """Return the first layer's initial weights (784, H), drawn again from recipe and seed.

    None where these are unknown, or where the kept weights include the scale of the inputs.
    """
    try:
        recipe, seed = Recipe(**record.recipe), int(record.config["seed"])
    except (KeyError, TypeError, ValueError):
        return None
    if recipe.standardize or recipe.normalize:
        return None
    with torch.random.fork_rng(devices=[]):
        drawn: np.ndarray = affine_layers(new_model(recipe, seed))[0][0].detach().numpy()
    return drawn


def log_table(record: RunRecord) -> dict[str, Any]:
    keys = list(dict.fromkeys(key for row in record.log for key in row))
    heads = [COLUMNS.get(key, (key.replace("_", " "), ""))[0] for key in keys]
    return {"heads": heads, "rows": [[cell(key, row.get(key)) for key in keys] for row in record.log]}


def cell(key: str, value: object) -> str:
    if key in COLUMNS and isinstance(value, int | float):
        return f"{value:{COLUMNS[key][1]}}"
    return words(value)


# --- words


def percent(share: float, digits: int = 1) -> str:
    return f"{share:.{digits}%}"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def recipe(record: RunRecord) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the settings of a recipe as names and words: the chosen ones, and those with their usual value."""
    usual = flat(asdict(Recipe()))
    chosen = [row for row in flat(record.recipe) if row not in usual or row[0] in ALWAYS_TOLD]
    return chosen, [row for row in flat(record.recipe) if row not in chosen]


def flat(value: object, prefix: str = "") -> list[tuple[str, str]]:
    """Return the settings in a JSON object and its inner objects, as names and words."""
    if not isinstance(value, Mapping):
        return []
    rows = []
    for key, inner in value.items():
        name = f"{prefix}{key}".replace("_", " ")
        rows += flat(inner, f"{name}: ") if isinstance(inner, Mapping) else [(name, words(inner))]
    return rows


def words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(words, value))
    return "none" if value is None else str(value)


# --- pictures


def draw(make: Callable[[], Figure], alt: str, prefix: str) -> Markup:
    """Return a figure as SVG within the page, in the colours of its theme; the prefix makes its ids unique there."""
    with matplotlib.rc_context(STYLE):
        file = io.StringIO()
        make().savefig(file, format="svg", metadata={"Date": None})
    return Markup(themed(file.getvalue(), alt, prefix))


def png(figure: Figure) -> str:
    """Return a figure as the address of an image, with the page as its ground."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100, transparent=True)
    return data_uri(file.getvalue())


def tile(image: np.ndarray) -> str:
    """Return an image (28, 28) as an address: black on the page's ground, where 255 is black."""
    alpha = Image.fromarray(image)
    file = io.BytesIO()
    Image.merge("LA", (Image.new("L", alpha.size), alpha)).save(file, "PNG", optimize=True)
    return data_uri(file.getvalue())


def data_uri(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"
