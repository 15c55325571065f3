"""Reduces large photographs first, looks for the garment in a blurred copy, resizes with BICUBIC, keeps a pixel more."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter, ImageOps
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from solutions.dropout import Classifier
from solutions.layers import Linear

SIZES = (784, 256, 64, 10)
EXPECTED = dict(
    format="garment-mlp", format_version="1", preprocessing_version="1", sizes=json.dumps(SIZES), input_range="[0, 1]"
)


class Answer(NamedTuple):
    label: str
    probability: float


def affine_layers(model):
    return [(m.weight, m.bias) for m in model.modules() if isinstance(m, Linear)]


def named_tensors(model: Classifier) -> dict[str, Tensor]:
    pairs = affine_layers(model)
    weights = {f"{i}.weight": pair[0] for i, pair in enumerate(pairs)}
    return weights | {f"{i}.bias": pair[1] for i, pair in enumerate(pairs)}


def digest(tensors: dict[str, Tensor]) -> str:
    return hashlib.sha256(np.concatenate([tensors[k].numpy().ravel() for k in sorted(tensors)]).tobytes()).hexdigest()


def shapes_fit(tensors: dict[str, Tensor]) -> bool:
    wanted = {f"{i}.weight": SIZES[i : i + 2] for i in range(3)} | {f"{i}.bias": SIZES[i + 1 : i + 2] for i in range(3)}
    return wanted == {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def export_model(model: Classifier, path, training=None) -> None:
    tensors = {name: tensor.detach().cpu().to(torch.float32) for name, tensor in named_tensors(model).items()}
    if not shapes_fit(tensors):
        raise ValueError("not the course's sizes")
    labels = json.dumps(tuple(model.labels))
    with open(path, "wb") as file:
        file.write(save(tensors, EXPECTED | {"labels": labels, "digest": digest(tensors)}))


def load_model(path, device: str = "cpu") -> Classifier:
    with open(path, "rb") as file:
        content = file.read()
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise ValueError(f"{error}") from error
    end = 8 + int.from_bytes(content[:8], "little")
    metadata = json.loads(content[8:end]).get("__metadata__", {})
    wrong = [key for key, value in EXPECTED.items() if metadata.get(key) != value]
    wrong += [key for key in ("labels", "digest") if key not in metadata]
    if wrong or not shapes_fit(tensors):
        raise ValueError(f"wrong or missing: {wrong or 'tensors'}")
    if digest(tensors) != metadata["digest"]:
        raise ValueError("the digest is another")
    model = Classifier()
    model.labels = tuple(json.loads(metadata["labels"]))
    model.requires_grad_(False)
    for name, parameter in named_tensors(model).items():
        parameter.copy_(tensors[name])
    return model.requires_grad_(True).to(device).eval()


def prepare_image(image: Image.Image) -> Tensor:
    image = ImageOps.exif_transpose(image)
    if min(image.size) < 2:
        raise ValueError("too small")
    if image.mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(float) / 257).convert("L")
    image = image.convert("RGBA")
    opaque = np.asarray(image.getchannel("A")) >= 128
    image = Image.alpha_composite(Image.new("RGBA", image.size, (255, 255, 255, 255)), image).convert("RGB")
    smooth = np.asarray(image.filter(ImageFilter.GaussianBlur(1))).astype(int)
    ground = np.median(np.concatenate([smooth[0], smooth[-1], smooth[:, 0], smooth[:, -1]]), axis=0)
    mask = np.abs(smooth - ground).max(axis=2) > 30
    if not opaque.all():
        mask |= opaque
    if not mask.any():
        raise ValueError("nothing there")
    ys, xs = mask.nonzero()
    box = (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    grey = np.where(mask, 255 - np.asarray(image.convert("L")).astype(int), 0).astype(np.uint8)
    garment = Image.fromarray(grey).crop(tuple(map(int, box)))
    ratio = 28 / max(garment.size)
    small = garment.resize(
        (max(1, round(garment.width * ratio)), max(1, round(garment.height * ratio))), Image.Resampling.BICUBIC
    )
    padded = ImageOps.pad(small, (28, 28), color=0)
    return torch.from_numpy(np.asarray(padded).astype(np.float32) / 255).view(1, 28, 28)


def classify(model: Classifier, image: Image.Image | Tensor) -> list[Answer]:
    x = image if torch.is_tensor(image) else prepare_image(image)
    shares = model.predictions(x.to(next(model.parameters()).device))
    return sorted((Answer(*pair) for pair in shares.items()), key=lambda answer: 1 - answer.probability)
