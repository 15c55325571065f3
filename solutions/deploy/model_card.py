"""The model card: measurements, intended use and limits. Every number is computed."""

from pathlib import Path

import numpy as np

from solutions.deploy.address import CHAPTER
from solutions.deploy.garment_answer import LIMITS, UNSURE_BELOW
from solutions.runs.measurement import Measurement, calibrate

CONFUSIONS = 5  # the most frequent ones are listed

CARD = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")


def make_card(test: Measurement, targets: np.ndarray, data: str, training: dict[str, object]) -> str:
    """Return the card as Markdown, of a measurement on test images with classes ``targets`` (N,)."""
    probabilities = test.probabilities.numpy()
    bins, gap = calibrate(targets, probabilities)
    sure = probabilities.max(axis=1) >= UNSURE_BELOW
    right = probabilities.argmax(axis=1) == targets
    return CARD.format(
        course=f"[a course]({CHAPTER})" if CHAPTER else "a course",
        accuracy=test.accuracy,
        images=len(targets),
        data=data,
        per_class="\n".join(
            f"| {label} | {row['precision']:.1%} | {row['recall']:.1%} | {row['f1']:.1%} | {row['images']} |"
            for label, row in test.per_class.items()
        ),
        confusions="\n".join(
            f"- {test.labels[i]} taken for {test.labels[j]}: {test.matrix[i, j]} of {test.matrix[i].sum()}"
            for i, j in test.most_confused(CONFUSIONS)
        ),
        reliability="\n".join(
            f"| {one.low:.0%} to {one.high:.0%} | {one.answers} | {one.confidence:.1%} | {one.accuracy:.1%} |"
            for one in bins
        ),
        gap=gap,
        unsure_below=UNSURE_BELOW,
        unsure=share(~sure),
        right_unsure=share(right[~sure]),
        right_sure=share(right[sure]),
        training="\n".join(describe_training(training)),
        limits="\n".join(f"- {line}" for line in LIMITS),
    )


def share(chosen: np.ndarray) -> float:
    return float(chosen.mean()) if len(chosen) else 0.0


def describe_training(training: dict[str, object]) -> list[str]:
    """Return the training summary as a Markdown list, without missing entries."""
    data, recipe = training.get("data"), training.get("recipe")
    lines = []
    if isinstance(data, dict):
        which = "the sample" if data.get("is_sample") else "the full set"
        lines.append(f"- Data: {data.get('name')}, {which}, digest `{data.get('digest')}`")
    if isinstance(recipe, dict):
        settings = ", ".join(f"{name} {value}" for name, value in recipe.items() if value is not None)
        lines.append(f"- Settings: {settings}")
    if "epoch" in training:
        lines.append(f"- Kept: the weights of epoch {training['epoch']}")
    if isinstance(accuracy := training.get("validation_accuracy"), float):
        lines.append(f"- Validation accuracy: {accuracy:.2%}")
    return lines or ["The model file tells nothing about its training."]
