"""Loops over rows and columns, plain Python where it is fast enough, and a golden section."""

import math

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import nn


class Layer(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(i, o) / 10)
        self.bias = nn.Parameter(torch.zeros(o))

    def forward(self, x):
        return torch.einsum("bi,io->bo", x, self.weight) + self.bias


class Classifier(nn.Module):
    labels = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")

    def __init__(self, dropout=0.2):
        super().__init__()
        self.a, self.b, self.c = Layer(784, 256), Layer(256, 64), Layer(64, 10)
        self.drop = nn.Dropout(dropout)

    def forward(self, x):
        x = self.drop(self.a(x.flatten(1)).relu())
        return self.c(self.drop(self.b(x).relu()))


def affine_layers(model):
    return [(layer.weight, layer.bias) for layer in (model.a, model.b, model.c)]


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


def mean_loss(rows, targets, t):
    total = 0.0
    for row, target in zip(rows, targets, strict=True):
        top = max(row)
        total += math.log(sum(math.exp((value - top) / t) for value in row)) + (top - row[target]) / t
    return total / len(rows)


def temperature(logits, targets):
    if logits.dim() != 2 or targets.dim() != 1 or logits.shape[0] != targets.shape[0]:
        raise ValueError("the shapes do not fit")
    rows, targets = logits.tolist(), targets.tolist()
    for target in targets:
        if target not in range(logits.shape[1]):
            raise ValueError(f"there is no class {target}")
    golden = (math.sqrt(5) - 1) / 2  # golden section over the logarithm of the temperature
    low, high = math.log(0.05), math.log(20)
    first, second = high - golden * (high - low), low + golden * (high - low)
    at_first, at_second = (mean_loss(rows, targets, math.exp(place)) for place in (first, second))
    while high - low > 1e-3:
        if at_first < at_second:
            high, second, at_second = second, first, at_first
            first = high - golden * (high - low)
            at_first = mean_loss(rows, targets, math.exp(first))
        else:
            low, first, at_first = first, second, at_second
            second = low + golden * (high - low)
            at_second = mean_loss(rows, targets, math.exp(second))
    return math.exp((low + high) / 2)
