"""Tensors all the way: adaptive pooling, topk for the order, the slope by autograd."""

import numpy as np
import torch
from PIL import Image, ImageOps
from torch.nn import functional as F

from solutions.dropout import Classifier as Classifier  # what the checks build
from solutions.layers import Linear


def affine_layers(model):
    return [(layer.weight, layer.bias) for layer in model.layers if isinstance(layer, Linear)]


def prepare_image(image):
    image = ImageOps.exif_transpose(image)
    if image.width < 2 or image.height < 2:
        raise ValueError("2×2 at least")
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) // 256).astype(np.uint8))
    rgba = torch.from_numpy(np.array(image.convert("RGBA"))).float().permute(2, 0, 1) / 255
    opaque = rgba[3] > 0.5
    colours = torch.where(opaque, rgba[:3], torch.ones(()))
    frame = torch.cat([colours[:, 0], colours[:, -1], colours[:, :, 0], colours[:, :, -1]], dim=1)
    ground = frame.median(dim=1).values[:, None, None]
    mask = (colours - ground).abs().sum(dim=0) > 0.2
    if not opaque.all():
        mask = mask | opaque
    if not mask.any():
        raise ValueError("blank")
    where = mask.nonzero()
    (top, left), (bottom, right) = where.min(dim=0).values.tolist(), (where.max(dim=0).values + 1).tolist()
    grey = (colours * torch.tensor([0.299, 0.587, 0.114])[:, None, None]).sum(dim=0)
    garment = torch.where(mask, 1 - grey, torch.zeros(()))[top:bottom, left:right]
    factor = 28 / max(garment.shape)
    sizes = [max(1, int(side * factor + 0.5)) for side in garment.shape]
    small = F.adaptive_avg_pool2d(garment[None], sizes)
    rows, columns = 28 - sizes[0], 28 - sizes[1]
    return F.pad(small, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)).clamp(0, 1)


@torch.inference_mode()
def classify(model, image):
    x = image if isinstance(image, torch.Tensor) else prepare_image(image)
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    best = model(x.reshape(1, 1, 28, 28).to(next(model.parameters()).device)).softmax(dim=-1).topk(10)
    for module, training in modes:
        module.training = training
    return [[model.labels[i], p] for p, i in zip(best.values[0].tolist(), best.indices[0].tolist(), strict=True)]


def temperature(logits, targets):
    """Halves an interval of the inverse temperature by the sign of the slope, which autograd gives."""
    if logits.dim() != 2 or targets.dim() != 1 or len(targets) != len(logits):
        raise ValueError("shapes")
    if not torch.isin(targets, torch.arange(logits.shape[1])).all():
        raise ValueError("targets")
    ends = torch.tensor([0.05, 20.0], dtype=torch.float64)
    for _ in range(25):
        inverse = ends.mean().requires_grad_()
        with torch.enable_grad():
            (slope,) = torch.autograd.grad(F.cross_entropy(logits.detach().double() * inverse, targets), inverse)
        ends[int(slope > 0)] = inverse.detach()
    return 1 / ends.mean().item()
