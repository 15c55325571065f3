"""Everything that Pillow can do is left to Pillow: ImageChops, getbbox, LANCZOS, paste. Files with helper classes."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

import numpy
import torch
from PIL import Image, ImageChops, ImageOps, ImageStat
from safetensors import safe_open
from safetensors.torch import save_file

from solutions.dropout import Classifier
from solutions.layers import Linear


def affine_layers(model):
    return [(m.weight, m.bias) for m in model.modules() if isinstance(m, Linear)]


@dataclass
class Card:
    labels: str
    digest: str
    format: str = "garment-mlp"
    format_version: str = "1"
    preprocessing_version: str = "1"
    activation: str = "relu"
    sizes: str = "[784, 256, 64, 10]"
    input_range: str = "[0, 1]"

    def __post_init__(self):
        if (self.format, self.format_version, self.sizes) != ("garment-mlp", "1", "[784, 256, 64, 10]"):
            raise ValueError("not a card that I can read")


@dataclass
class Weights:
    held: dict = field(default_factory=dict)

    @classmethod
    def of(cls, model):
        weights = cls()
        for i, (w, b) in enumerate(affine_layers(model)):
            weights.held |= {f"{i}.weight": w, f"{i}.bias": b}
        weights.held = {
            k: v.detach().to(dtype=torch.float32, device="cpu").contiguous() for k, v in weights.held.items()
        }
        weights.check()
        return weights

    def check(self):
        found = sorted((name, list(tensor.shape)) for name, tensor in self.held.items())
        if found != [
            ("0.bias", [256]),
            ("0.weight", [784, 256]),
            ("1.bias", [64]),
            ("1.weight", [256, 64]),
            ("2.bias", [10]),
            ("2.weight", [64, 10]),
        ]:
            raise ValueError(f"other tensors: {found}")

    @property
    def digest(self):
        total = hashlib.sha256()
        for name in sorted(self.held):
            total.update(memoryview(self.held[name].numpy()).cast("B"))
        return total.hexdigest()


def export_model(model, path, training=None):
    weights = Weights.of(model)
    save_file(weights.held, path, asdict(Card(json.dumps([*model.labels]), weights.digest)))


def load_model(path, device="cpu"):
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            said, names = file.metadata(), list(file.keys())
            weights = Weights({name: file.get_tensor(name) for name in names})
        card = Card(**{name: said[name] for name in Card.__dataclass_fields__ if name != "activation"})
    except (KeyError, TypeError) as error:
        raise ValueError(f"something is missing: {error}") from error
    except Exception as error:
        raise ValueError(str(error)) from error
    weights.check()
    if weights.digest != card.digest:
        raise ValueError("the digest differs")
    model = Classifier()
    vars(model)["labels"] = tuple(json.loads(card.labels))
    for i, pair in enumerate(affine_layers(model)):
        for name, parameter in zip(("weight", "bias"), pair, strict=True):
            parameter.data = weights.held[f"{i}.{name}"].clone()
    return model.eval().to(torch.device(device))


def on_white(image):
    if image.mode == "I;16":
        image = image.point(lambda v: v * (1 / 256)).convert("L")
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, "#ffffff")
    paper.paste(image, mask=image.getchannel("A"))
    return paper, image.getchannel("A")


def border_colour(image):
    frame = Image.new("L", image.size, 255)
    frame.paste(0, (1, 1, image.width - 1, image.height - 1))
    return tuple(ImageStat.Stat(image, frame).median)


def prepare_image(image):
    if min(image.size) <= 1:
        raise ValueError(f"too small: {image.size}")
    colours, alpha = on_white(ImageOps.exif_transpose(image))
    difference = ImageChops.difference(colours, Image.new("RGB", colours.size, border_colour(colours)))
    mask = Image.merge("RGB", [c.point(lambda v: 255 * (v > 25)) for c in difference.split()])
    red, green, blue = mask.split()
    mask = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    if alpha.getextrema()[0] < 255:
        mask = ImageChops.lighter(mask, alpha.point(lambda v: 255 * (v > 127)))
    box = mask.getbbox()
    if box is None:
        raise ValueError("nothing is there")
    dark = ImageChops.darker(ImageOps.invert(colours.convert("L")), mask).crop(box)
    longest = max(dark.size)
    size = tuple(max(1, round(side * 28 / longest)) for side in dark.size)
    canvas = Image.new("L", (28, 28), 0)
    canvas.paste(dark.resize(size, Image.Resampling.LANCZOS), ((28 - size[0]) // 2, (28 - size[1]) // 2))
    return torch.tensor(numpy.array(canvas), dtype=torch.float32).div(255).unsqueeze(0)


def classify(model, image):
    if isinstance(image, Image.Image):
        return classify(model, prepare_image(image))
    answers = model.predictions(image.to(affine_layers(model)[0][0].device))
    return [(label, answers[label]) for label in sorted(answers, key=answers.get, reverse=True)]
