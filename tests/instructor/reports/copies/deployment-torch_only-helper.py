"""Of deployment/torch_only.py: names changed, definitions in reverse order, the crop taken out into a helper."""

import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load, save_file
from torch.nn import functional as F

from solutions.dropout import Classifier
from solutions.layers import Linear


@torch.inference_mode()
def classify(model, image):
    x = image if isinstance(image, torch.Tensor) else prepare_image(image)
    states = [(module, module.training) for module in model.modules()]
    model.eval()
    top10 = model(x.reshape(1, 1, 28, 28).to(next(model.parameters()).device)).softmax(dim=-1).topk(10)
    for module, training in states:
        module.training = training
    return [[model.labels[i], p] for p, i in zip(top10.values[0].tolist(), top10.indices[0].tolist(), strict=True)]


def prepare_image(image):
    image = ImageOps.exif_transpose(image)
    if image.width < 2 or image.height < 2:
        raise ValueError("2×2 at least")
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
    pixels = torch.from_numpy(np.array(image.convert("RGBA"))).float().permute(2, 0, 1) / 255
    solid = pixels[3] > 0.5
    rgb = torch.where(solid, pixels[:3], torch.ones(()))
    border = torch.cat([rgb[:, 0], rgb[:, -1], rgb[:, :, 0], rgb[:, :, -1]], dim=1)
    background = border.median(dim=1).values[:, None, None]
    object_ = (rgb - background).abs().sum(dim=0) > 0.2
    if not solid.all():
        object_ = object_ | solid
    if not object_.any():
        raise ValueError("blank")
    spots = object_.nonzero()
    (top, left), (bottom, right) = spots.min(dim=0).values.tolist(), (spots.max(dim=0).values + 1).tolist()
    luma = (rgb * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(dim=0)
    crop = torch.where(object_, 1 - luma, torch.zeros(()))[top:bottom, left:right]
    scale = 28 / max(crop.shape)
    new_size = [max(1, int(edge * scale + 0.5)) for edge in crop.shape]
    resized = F.adaptive_avg_pool2d(crop[None], new_size)
    rows, columns = 28 - new_size[0], 28 - new_size[1]
    return F.pad(resized, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)).clamp(0, 1)


def load_model(path, device="cpu"):
    raw = Path(path).read_bytes()
    try:
        metadata, tensors = read_header(raw), load(raw)
    except Exception as error:
        raise ValueError("this is no safetensors file with metadata") from error
    try:
        claimed = [metadata[key] for key in ("format", "format_version", "sizes")]
        checksum, labels = metadata["digest"], json.loads(metadata["labels"])
        metadata["preprocessing_version"], metadata["input_range"]
    except KeyError as error:
        raise ValueError(f"{error} is missing") from error
    if claimed != ["garment-mlp", "1", "[784, 256, 64, 10]"]:
        raise ValueError(f"unknown: {claimed}")
    model = Classifier().to(device)
    model.labels = labels
    if checksum != fingerprint(tensors):
        raise ValueError("damaged")
    for i, (weight, bias) in enumerate(affine_layers(model)):
        for name, current in (("weight", weight), ("bias", bias)):
            stored = tensors.pop(f"{i}.{name}", None)
            if stored is None or stored.shape != current.shape:
                raise ValueError(f"{i}.{name} does not fit")
            current.data[:] = stored.to(device)
    if tensors:
        raise ValueError(f"too many: {list(tensors)}")
    model.eval()
    return model


def export_model(model, path, training=None, **more):
    parts = affine_layers(model)
    widths = [parts[0][0].shape[0]] + [len(bias) for _, bias in parts]
    if widths != [784, 256, 64, 10]:
        raise ValueError(f"the layers are {widths}")
    tensors = {
        f"{i}.{name}": t.detach().clone().to("cpu", torch.float32)
        for i, pair in enumerate(parts)
        for name, t in zip(["weight", "bias"], pair, strict=True)
    }
    metadata = dict(
        format="garment-mlp",
        format_version="1",
        preprocessing_version="1",
        sizes=str(widths),
        labels=json.dumps(model.labels, indent=1),
        input_range=str([0, 1]),
        digest=fingerprint(tensors),
        author="me",
    )
    save_file(tensors, path, metadata=metadata)


def fingerprint(tensors):
    return hashlib.sha256(b"".join(bytes(t.contiguous().numpy()) for _, t in sorted(tensors.items()))).hexdigest()


def read_header(raw):
    (n,) = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8 : 8 + n])["__metadata__"]


def affine_layers(model):
    return [(layer.weight, layer.bias) for layer in model.layers if isinstance(layer, Linear)]
