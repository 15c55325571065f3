"""The ONNX file, as onnxruntime reads it."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors import safe_open

from solutions.data import Dataset
from solutions.deployment import load_model
from tests.solutions.conftest import Cli


@pytest.fixture
def session(model_file: Path, here: Cli, tmp_path: Path) -> onnxruntime.InferenceSession:
    result = here("export-onnx", model_file, tmp_path / "garments.onnx")
    assert result.stdout == f"{tmp_path / 'garments.onnx'}\n", result.stderr
    return onnxruntime.InferenceSession(tmp_path / "garments.onnx")


def test_it_agrees_with_pytorch_on_the_test_images_in_batches_of_any_size(
    session: onnxruntime.InferenceSession, model_file: Path, sample: Dataset
) -> None:
    model = load_model(model_file)
    for count in (1, 2, 1000):
        x = sample.test_images[:count, None].astype(np.float32) / 255
        with torch.no_grad():
            expected = model(torch.from_numpy(x))
        logits, probabilities = session.run(["logits", "probabilities"], {"image": x})
        np.testing.assert_allclose(logits, expected.numpy(), rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(probabilities, expected.softmax(dim=1).numpy(), atol=1e-5)


def test_it_says_what_it_is_as_the_model_file_does(session: onnxruntime.InferenceSession, model_file: Path) -> None:
    with safe_open(model_file, framework="np") as file:
        assert session.get_modelmeta().custom_metadata_map == file.metadata()
