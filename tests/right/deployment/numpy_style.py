"""Everything in NumPy, with safetensors.numpy; areas are averaged by a matrix of overlaps; torch only at the ends."""

import hashlib
import json

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors import safe_open
from safetensors.numpy import save_file
from torch import nn


class Classifier(nn.Module):
    def __init__(self, dropout=0.2):
        super().__init__()
        self.labels = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag"]
        self.labels.append("Ankle boot")
        self.net = nn.Sequential(nn.Flatten())
        for i, o in ((784, 256), (256, 64)):
            self.net.extend([nn.Linear(i, o), nn.ReLU(), nn.Dropout(dropout)])
        self.net.append(nn.Linear(64, 10))

    def forward(self, x):
        return self.net(x)


def affine_layers(model):
    return [(layer.weight.T, layer.bias) for layer in model.net if isinstance(layer, nn.Linear)]


PROMISED = {
    "format": "garment-mlp",
    "format_version": "1",
    "preprocessing_version": "1",
    "sizes": "[784, 256, 64, 10]",
    "input_range": "[0, 1]",
}
SHAPES = {"0.weight": (784, 256), "0.bias": (256,), "1.weight": (256, 64), "1.bias": (64,), "2.weight": (64, 10)}
SHAPES["2.bias"] = (10,)


def fingerprint(arrays):
    hasher = hashlib.new("sha256")
    for _, array in sorted(arrays.items()):
        hasher.update(array.tobytes())
    return hasher.hexdigest()


def export_model(model, path, training=None):
    arrays = {}
    for number, pair in enumerate(affine_layers(model)):
        for kind, tensor in zip(("weight", "bias"), pair, strict=True):
            arrays[f"{number}.{kind}"] = np.ascontiguousarray(tensor.detach().cpu().numpy(), dtype=np.float32)
    if {name: array.shape for name, array in arrays.items()} != SHAPES:
        raise ValueError("these are not the sizes of the course")
    labels = json.dumps(list(model.labels))
    about = PROMISED | {"labels": labels, "digest": fingerprint(arrays), "training": json.dumps(training)}
    save_file(arrays, str(path), about)


def load_model(path, device="cpu"):
    try:
        file = safe_open(str(path), "np")
    except Exception as error:
        raise ValueError(f"cannot be read: {error}") from None
    with file:
        about = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    missing = {*PROMISED, "labels", "digest"} - about.keys()
    if missing:
        raise ValueError(f"it does not say {sorted(missing)}")
    if any(about[key] != value for key, value in PROMISED.items()):
        raise ValueError("it is of another kind")
    if {name: array.shape for name, array in arrays.items()} != SHAPES:
        raise ValueError("it has other layers")
    if fingerprint(arrays) != about["digest"]:
        raise ValueError("it was changed")
    model = Classifier()
    model.labels = json.loads(about["labels"])
    state = {}
    for number, name in enumerate(name for name, layer in model.net.named_children() if isinstance(layer, nn.Linear)):
        state[f"net.{name}.weight"] = torch.from_numpy(arrays[f"{number}.weight"].T.copy())
        state[f"net.{name}.bias"] = torch.from_numpy(arrays[f"{number}.bias"].copy())
    model.load_state_dict(state)
    return model.to(device).train(False)


def overlaps(size, target):
    """How much of each of ``size`` pixels lies in each of ``target`` larger ones: rows that add up to 1."""
    edges = np.linspace(0, size, target + 1)
    low, high = np.arange(size), np.arange(size) + 1
    shared = np.minimum(edges[1:, None], high) - np.maximum(edges[:-1, None], low)
    shared = shared.clip(0)
    return shared / shared.sum(axis=1, keepdims=True)


def prepare_image(image):
    turned = ImageOps.exif_transpose(image)
    if 1 in turned.size:
        raise ValueError("too thin")
    if turned.mode == "I;16":
        grey = np.asarray(turned).astype(np.float64) / 257
        colours, opacity = np.repeat(grey[..., None], 3, axis=2), np.ones(grey.shape)
    else:
        rgba = np.asarray(turned.convert("RGBA")).astype(np.float64)
        opacity = rgba[..., 3] / 255
        colours = rgba[..., :3] * opacity[..., None] + 255 * (1 - opacity[..., None])
    edge = np.ones(opacity.shape, bool)
    edge[1:-1, 1:-1] = False
    ground = np.median(colours[edge], axis=0)
    there = np.sqrt(((colours - ground) ** 2).sum(axis=2)) > 40
    if opacity.min() < 0.5:
        there |= opacity >= 0.5
    if not there.any():
        raise ValueError("blank")
    rows, columns = there.any(axis=1).nonzero()[0], there.any(axis=0).nonzero()[0]
    cut = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    dark = ((255 - colours @ [0.299, 0.587, 0.114]) / 255 * there)[cut]
    height, width = dark.shape
    longest = max(height, width)
    new = [max(1, int(np.ceil(28 * side / longest))) for side in (height, width)]
    small = overlaps(height, new[0]) @ dark @ overlaps(width, new[1]).T
    result = np.zeros((1, 28, 28), np.float32)
    top, left = (28 - new[0] + 1) // 2, (28 - new[1] + 1) // 2
    result[0, top : top + new[0], left : left + new[1]] = small
    return torch.from_numpy(np.clip(result, 0, 1))


def classify(model, image):
    pixels = prepare_image(image) if not torch.is_tensor(image) else image
    before = model.training
    model.eval()
    logits = model(pixels[None].to(next(model.parameters()).device)).detach().cpu().double().numpy()[0]
    model.train(before)
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    return [(model.labels[at], float(shares[at])) for at in np.argsort(-shares)]
