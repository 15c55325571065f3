"""Loops over rows and columns, plain Python where it is fast enough, and a file format written down as a table."""

import hashlib
import json

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file, safe_open, save_file
from torch import nn


class Layer(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(i, o) / 10)
        self.bias = nn.Parameter(torch.zeros(o))

    def forward(self, x):
        return torch.einsum("bi,io->bo", x, self.weight) + self.bias


class Classifier(nn.Module):
    labels = tuple("T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(","))

    def __init__(self, dropout=0.2):
        super().__init__()
        self.a, self.b, self.c = Layer(784, 256), Layer(256, 64), Layer(64, 10)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = self.drop(self.a(x.flatten(1)).relu())
        return self.c(self.drop(self.b(x).relu()))


def affine_layers(model):
    return [(layer.weight, layer.bias) for layer in (model.a, model.b, model.c)]


TABLE = [("0.weight", [784, 256]), ("0.bias", [256]), ("1.weight", [256, 64]), ("1.bias", [64])]
TABLE += [("2.weight", [64, 10]), ("2.bias", [10])]


def export_model(model, path, training=None):
    state, flat = {}, [tensor for pair in affine_layers(model) for tensor in pair]
    for (name, shape), tensor in zip(TABLE, flat, strict=True):
        if list(tensor.shape) != shape:
            raise ValueError(f"{name} is {list(tensor.shape)} and not {shape}")
        state[name] = tensor.data.cpu().clone().float()
    total = b""
    for name in sorted(state):
        total += state[name].numpy().tobytes()
    labels = []
    for label in model.labels:
        labels.append(label)
    info = {"format": "garment-mlp", "format_version": "1", "preprocessing_version": "1"}
    info["sizes"] = "[784, 256, 64, 10]"
    info["input_range"] = "[0, 1]"
    info["labels"] = json.dumps(labels)
    info["digest"] = hashlib.sha256(total).hexdigest()
    save_file(state, str(path), info)


def load_model(path, device="cpu"):
    path = str(path)
    try:
        with safe_open(path, "pt") as file:
            info = file.metadata()
        state = load_file(path)
    except OSError:
        raise
    except Exception as error:
        raise ValueError(f"{path} cannot be read") from error
    info = info or {}
    for key in ("format", "format_version", "preprocessing_version", "sizes", "input_range", "labels", "digest"):
        if key not in info:
            raise ValueError(f"{path} lacks {key}")
    if (
        info["format"] != "garment-mlp"
        or int(info["format_version"]) > 1
        or json.loads(info["sizes"]) != [784, 256, 64, 10]
    ):
        raise ValueError(f"{path} is of another kind")
    if sorted((name, list(t.shape)) for name, t in state.items()) != sorted(TABLE):
        raise ValueError(f"{path} has other tensors")
    total = b""
    for name in sorted(state):
        total += state[name].numpy().tobytes()
    if hashlib.sha256(total).hexdigest() != info["digest"]:
        raise ValueError(f"{path} was changed")
    model = Classifier(0.2)
    model.labels = tuple(json.loads(info["labels"]))
    with torch.no_grad():
        for i, layer in enumerate((model.a, model.b, model.c)):
            layer.weight.set_(state[f"{i}.weight"])
            layer.bias.set_(state[f"{i}.bias"])
    for module in model.modules():
        module.training = False
    return model.to(device)


def prepare_image(image):
    image = ImageOps.exif_transpose(image)
    width, height = image.size
    if width < 2 or height < 2:
        raise ValueError("one pixel is no photograph")
    if image.mode == "I;16":
        image = Image.fromarray(np.round(np.asarray(image, dtype=float) * 255 / 65535).astype("uint8"))
    pixels = np.array(image.convert("RGBA"), dtype=float)
    alpha = pixels[:, :, 3:] / 255
    colours = pixels[:, :, :3] * alpha + 255 * (1 - alpha)
    ring = [colours[r, c] for r in (0, height - 1) for c in range(width)]
    ring += [colours[r, c] for r in range(height) for c in (0, width - 1)]
    ground = np.median(np.array(ring), axis=0)
    garment = np.zeros((height, width), bool)
    for channel in range(3):
        garment = garment | (abs(colours[:, :, channel] - ground[channel]) > 20)
    if (alpha < 0.5).any():
        garment = garment | (alpha[:, :, 0] >= 0.5)
    rows = [r for r in range(height) if garment[r].any()]
    columns = [c for c in range(width) if garment[:, c].any()]
    if not rows:
        raise ValueError("a blank image")
    dark = (255 - colours.mean(axis=2)) / 255
    dark[~garment] = 0
    dark = dark[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    side = max(dark.shape)
    square = np.zeros((side, side))  # first made square, then smaller
    top, left = (side - dark.shape[0]) // 2, (side - dark.shape[1]) // 2
    square[top : top + dark.shape[0], left : left + dark.shape[1]] = dark
    out = torch.zeros(1, 28, 28)
    edges = [k * side / 28 for k in range(29)]
    for r in range(28):
        for c in range(28):
            block = square[
                int(edges[r]) : max(int(edges[r]) + 1, round(edges[r + 1])),
                int(edges[c]) : max(int(edges[c]) + 1, round(edges[c + 1])),
            ]
            out[0, r, c] = block.mean()
    return out.clamp(0, 1)


def classify(model, image):
    if isinstance(image, Image.Image):
        image = prepare_image(image)
    was = model.training
    try:
        model.eval()
        with torch.no_grad():
            shares = torch.softmax(model(image.view(1, 28, 28).to(next(model.parameters()).device))[0], 0)
    finally:
        model.train(was)
    answers = [(label, share.item()) for label, share in zip(model.labels, shares, strict=True)]
    answers.sort(key=lambda pair: pair[1])
    answers.reverse()
    return answers
