"""The trained network in NumPy: the same numbers as PyTorch's, without PyTorch."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import safe_open

from solutions.runs.training_summary import training_in


@dataclass(frozen=True, eq=False)
class Network:
    """Three affine layers, weight (in, out) and bias (out,) of each in float32, with ReLU between them."""

    labels: tuple[str, ...]
    layers: list[tuple[np.ndarray, np.ndarray]]
    training: dict[str, object]

    @classmethod
    def load(cls, path: str | Path) -> "Network":
        """Read a file that ``read_model`` has verified."""
        with safe_open(path, framework="np") as file:
            metadata = file.metadata()
            layers = [(file.get_tensor(f"{i}.weight"), file.get_tensor(f"{i}.bias")) for i in range(3)]
        return cls(tuple(json.loads(metadata["labels"])), layers, training_in(metadata))

    def logits(self, x: np.ndarray) -> np.ndarray:
        """Return the logits (N, 10) of images from 0 to 1, shape (N, 28, 28) or (N, 1, 28, 28); all float32."""
        *hidden, (weight, bias) = self.layers
        x = x.reshape(len(x), -1)
        for hidden_weight, hidden_bias in hidden:
            x = np.maximum(x @ hidden_weight + hidden_bias, 0)
        return x @ weight + bias

    def classify(self, x: np.ndarray) -> list[tuple[str, float]]:
        """Return label and probability, the most probable first, of one image (1, 28, 28)."""
        logits = self.logits(x[None])[0]
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return sorted(zip(self.labels, shares.tolist(), strict=True), key=lambda answer: answer[1], reverse=True)
