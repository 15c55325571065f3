"""The summary of the training in a model file."""

import json
from collections.abc import Mapping


def training_in(metadata: Mapping[str, str]) -> dict[str, object]:
    """Return the summary in a model file's metadata; empty where it is missing or unreadable."""
    try:
        training = json.loads(metadata.get("training", "{}"))
    except (ValueError, RecursionError):  # no JSON, or brackets in brackets without end
        return {}
    return training if isinstance(training, dict) else {}
