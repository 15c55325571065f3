"""Chapter 6: from a trained model to a thing that people use."""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from solutions.dropout import Classifier
from solutions.garment import find_garment
from solutions.layers import Linear


def affine_layers(model: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Return weight (in, out) and bias (out,) of each affine layer in order: the parameters, or views of them."""
    layers = [layer for layer in model.modules() if isinstance(layer, Linear | nn.Linear)]
    return [(layer.weight.T if isinstance(layer, nn.Linear) else layer.weight, layer.bias) for layer in layers]


def export_model(model: Classifier, path: str | Path, training: Mapping[str, object] | None = None) -> None:
    """Write the model as a safetensors file that says what it is.

    The tensors are named "0.weight", "0.bias", "1.weight", … after the layers that ``affine_layers(model)`` lists:
    float32 whatever the model's dtype is, shapes (in, out) and (out,). The metadata say which format and version the
    file has, how an image has to be prepared, the sizes, the labels, and the digest of the tensors: SHA-256 over their
    bytes, in the order of their sorted names. A file that is there already is replaced.

    Args:
        model: a ``Classifier``; it keeps its dtype and its mode.
        path: the file.
        training: a summary such as data, recipe and accuracy.

    Raises:
        ValueError: the layers of the model do not have the sizes 784-256-64-10.
    """
    sizes = [784, 256, 64, 10]
    expected = {f"{i}.weight": [sizes[i], sizes[i + 1]] for i in range(3)}
    expected |= {f"{i}.bias": [sizes[i + 1]] for i in range(3)}
    tensors = {}
    for i, (weight, bias) in enumerate(affine_layers(model)):
        tensors[f"{i}.weight"] = weight.detach().cpu().float().contiguous()
        tensors[f"{i}.bias"] = bias.detach().cpu().float().contiguous()
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    if shapes != expected:
        raise ValueError(f"only a model with layers of 784-256-64-10 can be exported, not {shapes}")
    digest = hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors)))
    metadata = {"format": "garment-mlp", "format_version": "1", "preprocessing_version": "1", "activation": "relu"}
    metadata |= {"sizes": json.dumps(sizes), "labels": json.dumps(list(model.labels)), "input_range": "[0, 1]"}
    metadata |= {"digest": digest.hexdigest(), "training": json.dumps(training or {})}
    save_file(tensors, path, metadata)


def load_model(path: str | Path, device: str = "cpu") -> Classifier:
    """Read a model that ``export_model`` wrote, wherever it was trained; nothing in the file is ever run as code.

    Everything is checked before the model is built: metadata, names, shapes, and the digest of the weights.

    Args:
        path: the file.
        device: where the model is wanted.

    Returns:
        A new ``Classifier`` in evaluation mode, with the file's labels and its weights bit for bit.

    Raises:
        ValueError: the file is no safetensors file (a pickle, for one), says that it is of another kind than what
            ``export_model`` writes, has no labels, has other names or shapes, or its digest is not that of its weights.
    """
    sizes = [784, 256, 64, 10]
    expected = {f"{i}.weight": [sizes[i], sizes[i + 1]] for i in range(3)}
    expected |= {f"{i}.bias": [sizes[i + 1]] for i in range(3)}
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dictionary)
    except SafetensorError as error:
        raise ValueError(f"{path}: not a safetensors file ({error})") from error
    wanted = {"format": "garment-mlp", "format_version": "1", "preprocessing_version": "1"}
    wanted |= {"sizes": json.dumps(sizes), "input_range": "[0, 1]", "activation": "relu"}
    for key, value in wanted.items():
        if metadata.get(key) != value:
            raise ValueError(f"{path}: {key} is {metadata.get(key)!r}, but this version reads {value!r}")
    if "labels" not in metadata:
        raise ValueError(f"{path}: the labels are missing")
    shapes = {name: list(tensor.shape) for name, tensor in tensors.items()}
    if shapes != expected:
        raise ValueError(f"{path}: the tensors are not those of 784-256-64-10")
    digest = hashlib.sha256(b"".join(tensors[name].numpy().tobytes() for name in sorted(tensors))).hexdigest()
    if metadata.get("digest") != digest:
        raise ValueError(f"{path}: the weights are not those that were exported (their digest differs)")
    model = Classifier().to(device)
    model.labels = tuple(json.loads(metadata["labels"]))
    with torch.no_grad():
        for i, (weight, bias) in enumerate(affine_layers(model)):
            weight.copy_(tensors[f"{i}.weight"])
            bias.copy_(tensors[f"{i}.bias"])
    return model.eval()


def prepare_image(image: Image.Image) -> Tensor:
    """Turn a photograph of a garment into what the network was trained on.

    1. Turn the image as its EXIF note says.
    2. Make it RGB: 16-bit greys are scaled to 8 bits, not clipped, and transparent pixels are put on white.
    3. Find the garment's mask, (height, width): the opaque part (alpha 128 or more) if some pixel's alpha is less, and
       otherwise what ``find_garment(image)`` returns, which is given and takes an image of mode RGB.
    4. Crop to the smallest box that contains the mask.
    5. Scale the longer side to 28 pixels by area mean, and the shorter side by the same factor.
    6. Put the result in the middle of a 28 × 28 square of zeros, as 1 - grey / 255; pixels outside the mask are 0.

    How you do each step is free. The garment has to be in its place to within a pixel, and its brightness right to
    within 0.05; of a fine pattern the mean counts. Everywhere else the numbers are exactly 0.

    Args:
        image: of mode 1, L, P, RGB, RGBA, CMYK or I;16; the same picture in any of them gives the same result.

    Returns:
        float32, shape (1, 28, 28), from 0 to 1: background 0, a black garment 1.

    Raises:
        ValueError: a side of the image is shorter than 2, or the mask is empty.
    """
    ### BEGIN SOLUTION
    if min(image.size) < 2:
        raise ValueError(f"the image has only {image.width}×{image.height} pixels; 2×2 is the least")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits: Pillow would cut them off at 255
        image = Image.fromarray((np.asarray(image).clip(0, 65535) / 257).round().astype(np.uint8))
    image = image.convert("RGBA")
    if max(image.size) > 1024:
        image = image.reduce(max(image.size) // 512)  # blocks to their mean: sharp enough for 28 pixels
    alpha = np.asarray(image.getchannel("A"))
    image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")

    garment = find_garment(image)
    if alpha.min() < 128:
        garment = alpha >= 128
    rows, columns = np.flatnonzero(garment.any(axis=1)), np.flatnonzero(garment.any(axis=0))
    if len(rows) == 0:
        raise ValueError("nothing stands out from the background; take the photograph on one of another colour")
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    brightness = np.where(garment, 255 - np.asarray(image.convert("L")).astype(np.float32), 0)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = 28 / max(width, height)
    width, height = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(brightness).crop(box).resize((width, height), Image.Resampling.BOX)
    x = torch.zeros(1, 28, 28)
    top, left = (28 - height) // 2, (28 - width) // 2
    x[0, top : top + height, left : left + width] = torch.from_numpy(np.asarray(small) / 255)
    return x.clamp(0, 1)
    ### END SOLUTION


def classify(model: Classifier, image: Image.Image | Tensor) -> list[tuple[str, float]]:
    """Return every label with its probability, the most probable first.

    Args:
        model: a ``Classifier``; it answers in evaluation mode, wherever it is, and keeps its mode.
        image: a photograph, or a tensor (1, 28, 28) as from ``prepare_image``.
    """
    x = prepare_image(image) if isinstance(image, Image.Image) else image
    device = next(model.parameters()).device
    return sorted(model.predictions(x.to(device)).items(), key=lambda answer: answer[1], reverse=True)


def temperature(logits: Tensor, targets: Tensor) -> float:
    """Return the temperature that calibrates a classifier best on examples that were held back from its training.

    Logits are divided by a temperature T > 0 before the softmax. The order of the classes stays, and so does every
    answer; only the probabilities change, towards one tenth each for a large T and towards 0 and 1 for a small one.
    The best T is that for which the mean cross-entropy of ``logits / T`` with the targets is smallest (Guo and
    colleagues, 2017). As a function of 1/T this loss has one valley and no other.

    How you search is free, but go on until you have arrived: within 1 % of the best T between 0.05 and 20. Where the
    loss still falls at one of these ends, the end is the answer. Nothing is drawn at random; the tensors that come in
    keep their values and get no gradient.

    Args:
        logits: one row for each example, not divided by anything yet, float32 or float64, shape (N, C), N at least 1;
            they may be as large as 10,000.
        targets: the number of the right class of each example, from 0 to C - 1, int64, shape (N,).

    Returns:
        T, from 0.05 to 20.

    Raises:
        ValueError: a target is not in 0 … C - 1, or the shapes are not (N, C) and (N,).

    Example:
        Sure at 88 %, and right three times in four:

        >>> logits = torch.tensor([[2.0, 0.0]] * 4)
        >>> targets = torch.tensor([0, 0, 0, 1])
        >>> round(temperature(logits, targets), 2)
        1.82
    """
    ### BEGIN SOLUTION
    if logits.ndim != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(f"logits (N, C) and targets (N,) do not fit: {tuple(logits.shape)}, {tuple(targets.shape)}")
    if targets.min() < 0 or targets.max() >= logits.shape[1]:
        raise ValueError(f"targets have to be from 0 to {logits.shape[1] - 1}")
    z = logits.detach().double()
    z = z - z.max(dim=1, keepdim=True).values  # no softmax sees it, and what two of them differ by keeps its digits
    right = z[torch.arange(len(z)), targets].mean()
    low, high = 0.05, 20.0
    while high / low > 1.0001:
        middle = math.sqrt(low * high)
        expected = ((z / middle).softmax(dim=1) * z).sum(dim=1).mean()
        if expected > right:  # the slope of the loss in 1/T is the difference: with a larger T it falls
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)
    ### END SOLUTION
