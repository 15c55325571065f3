"""Wrong answers of the room ``deployment``, by other algorithms than the reference's."""

from __future__ import annotations

import math

import numpy as np
import torch
from PIL import Image, ImageChops, ImageOps
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.student.garment import find_garment
from tests.wrong import wrong


def turned(image: Image.Image) -> Image.Image:
    if min(image.size) < 2:
        raise ValueError("too small")
    return ImageOps.exif_transpose(image)


def opaque_and_white(image: Image.Image) -> tuple[np.ndarray, Image.Image]:
    """Return opacity (height, width) and the image on white."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) / 257).round().astype(np.uint8))
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    return np.asarray(rgba.getchannel("A")), Image.alpha_composite(white, rgba).convert("RGB")


def garment_of(opacity: np.ndarray, image: Image.Image) -> np.ndarray:
    found = opacity >= 128 if opacity.min() < 128 else find_garment(image)
    if not found.any():
        raise ValueError("blank")
    return found


def dark_part(image: Image.Image) -> tuple[Image.Image, np.ndarray]:
    """Return the negative in grey with a background of 0, and the garment's mask."""
    opacity, image = opaque_and_white(turned(image))
    mask = garment_of(opacity, image)
    return kept(mask, 255 - grey_of(image)), mask


def grey_of(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L")).astype(np.float32)


def kept(mask: np.ndarray, grey: np.ndarray) -> Image.Image:
    return Image.fromarray(np.where(mask, grey, 0).astype(np.float32))


def trimmed(dark: Image.Image, mask: np.ndarray) -> Image.Image:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return dark.crop((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1))


def in_the_middle(part: Image.Image) -> Tensor:
    x = np.zeros((28, 28), np.float32)
    top, left = (28 - part.height) // 2, (28 - part.width) // 2
    x[top : top + part.height, left : left + part.width] = np.asarray(part)
    return torch.from_numpy(x / 255).clamp(0, 1)[None]


def scaled(part: Image.Image, side: int = 28, how: Image.Resampling = Image.Resampling.BOX) -> Image.Image:
    factor = side / max(part.size)
    return part.resize((max(1, round(part.width * factor)), max(1, round(part.height * factor))), how)


def _upright(image: Image.Image) -> Tensor:
    return in_the_middle(scaled(trimmed(*dark_part(image))))


@wrong("a threshold at half brightness")
def prepare_image(image: Image.Image) -> Tensor:
    _, image = opaque_and_white(turned(image))
    grey = grey_of(image)
    mask = grey < 128
    if not mask.any():
        raise ValueError("blank")
    return in_the_middle(scaled(trimmed(kept(mask, 255 - grey), mask)))


@wrong("the background is the colour of the upper left pixel, and white where that is transparent")
def prepare_image(image: Image.Image) -> Tensor:
    _, image = opaque_and_white(turned(image))
    plain = Image.new("RGB", image.size, image.getpixel((0, 0)))
    box = ImageChops.difference(image, plain).getbbox()
    if box is None:
        raise ValueError("blank")
    return in_the_middle(scaled(ImageOps.invert(image.convert("L")).crop(box)))


@wrong("centred by its centre of mass")
def prepare_image(image: Image.Image) -> Tensor:
    x = F.pad(_upright(image)[0], (14, 14, 14, 14))
    at = torch.arange(56.0)
    top, left = (round(float((x.sum(dim=1 - d) * at).sum() / x.sum())) - 14 for d in (0, 1))
    return x[top + 1 : top + 29, left + 1 : left + 29][None].contiguous()


@wrong("a square is cut from the middle of the photograph")
def prepare_image(image: Image.Image) -> Tensor:
    dark, _ = dark_part(image)
    return in_the_middle(scaled(ImageOps.fit(dark, (min(dark.size), min(dark.size)))))


@wrong("made smaller first, and looked for afterwards")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    small = ImageOps.pad(image, (28, 28), Image.Resampling.BOX, color=image.getpixel((0, 0)))
    alpha = np.asarray(ImageOps.pad(Image.fromarray(opacity), (28, 28), color=int(opacity[0, 0])))
    mask = garment_of(alpha, small)
    return in_the_middle(scaled(trimmed(kept(mask, 255 - grey_of(small)), mask), how=Image.Resampling.NEAREST))


@wrong("thumbnail, which makes smaller and never larger")
def prepare_image(image: Image.Image) -> Tensor:
    part = trimmed(*dark_part(image)).convert("L")
    part.thumbnail((28, 28), Image.Resampling.BOX)
    return in_the_middle(part)


@wrong("inverted only where the photograph is bright on the whole")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    mask, grey = garment_of(opacity, image), grey_of(image)
    return in_the_middle(scaled(trimmed(kept(mask, 255 - grey if grey.mean() > 127 else grey), mask)))


@wrong("a margin of two pixels on each side")
def prepare_image(image: Image.Image) -> Tensor:
    return in_the_middle(scaled(trimmed(*dark_part(image)), side=24))


@wrong("turned by EXIF as the numbers 3, 6 and 8 are remembered, the last two exchanged")
def prepare_image(image: Image.Image) -> Tensor:
    noted = image.getexif().get(0x0112, 1)
    plain = image.copy()
    plain.getexif().pop(0x0112, None)
    plain.info.pop("exif", None)
    return _upright(plain.rotate({3: 180, 6: 90, 8: 270}.get(noted, 0), expand=True))


@wrong("16 bits by the largest number in them")
def prepare_image(image: Image.Image) -> Tensor:
    if image.mode.startswith("I"):
        pixels = np.asarray(image).astype(float)
        image = Image.fromarray(((pixels - pixels.min()) / np.ptp(pixels).clip(1) * 255).astype(np.uint8))
    return _upright(image)


@wrong("a light garment is refused")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    if np.asarray(dark)[mask].mean() < 80:
        raise ValueError("nothing stands out")
    return _upright(image)


def refuse(logits: Tensor, targets: Tensor) -> None:
    if logits.dim() != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("shapes")
    if ((targets < 0) | (targets >= logits.shape[1])).any():
        raise ValueError("targets")


GRID = [0.05 * 400 ** (k / 1200) for k in range(1201)]


def loss_at(t: float, logits: Tensor, targets: Tensor) -> float:
    return F.cross_entropy(logits.detach().double() / t, targets).item()


def cut(t: float) -> float:
    return min(max(t, 0.05), 20.0)


@wrong("gradient descent on T that stops when the loss is on a plateau")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    t, before = 1.0, math.inf
    while True:
        now = loss_at(t, logits, targets)
        if before - now < 1e-5:
            return t
        slope = (loss_at(t * 1.0001, logits, targets) - now) / (t * 0.0001)
        before, t = now, cut(t - 0.5 * slope)


@wrong("the paper's program with 50 steps of LBFGS and no line search")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    t = nn.Parameter(torch.ones(1, dtype=torch.float64) * 1.5)
    optimizer = torch.optim.LBFGS([t], lr=0.01, max_iter=50)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(logits.detach().double() / t, targets)
        loss.backward()
        return loss

    optimizer.step(closure)
    return cut(t.item())


@wrong("a start that is drawn, and then a search that arrives")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    t = float(torch.rand(()) * 3 + 0.5)
    low, high = 0.05, 20.0
    while high / low > 1.0001:
        if loss_at(t * 1.00001, logits, targets) < loss_at(t, logits, targets):
            low = t
        else:
            high = t
        t = math.sqrt(low * high)
    return t


@wrong("the best of a thousand temperatures that are drawn")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    drawn = 0.05 * 400 ** torch.rand(1000)
    return min(drawn.tolist(), key=lambda t: loss_at(t, logits, targets))


@wrong("divided in place while it tries, which is undone with a rounding each time")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    losses = []
    with torch.no_grad():
        for t in GRID:
            logits /= t
            losses.append(F.cross_entropy(logits, targets).item())
            logits *= t
    return GRID[losses.index(min(losses))]


def _halved(logits: Tensor, targets: Tensor) -> float:
    """Return the temperature as it should be."""
    z = logits.detach().double()
    z = z - z.max(dim=1, keepdim=True).values
    right = z.gather(1, targets[:, None]).mean()
    low, high = 0.05, 20.0
    while high / low > 1.0001:
        t = math.sqrt(low * high)
        if ((z / t).softmax(dim=1) * z).sum(dim=1).mean() > right:
            low = t
        else:
            high = t
    return math.sqrt(low * high)


@wrong("in float32, where a large number in each logit leaves no digits for what tells them apart")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return _halved(logits.detach().float(), targets)


@wrong("rounded to two decimal places")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return round(_halved(logits, targets), 2)


@wrong("the Brier score in place of the cross-entropy")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    one_hot = F.one_hot(targets, logits.shape[1]).double()
    return min(GRID, key=lambda t: ((logits.detach().double() / t).softmax(dim=1) - one_hot).square().sum().item())


@wrong("the mean over classes of their mean losses, so that a rare class counts as much as a frequent one")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    share = 1 / torch.bincount(targets, minlength=logits.shape[1]).double().clamp(min=1)
    return min(GRID, key=lambda t: F.cross_entropy(logits.detach().double() / t, targets, weight=share).item())


@wrong("Newton's method on T from 1, twenty steps, which runs away where the loss is not convex")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    t = torch.ones((), dtype=torch.float64, requires_grad=True)
    for _ in range(20):
        loss = F.cross_entropy(logits.detach().double() / t, targets)
        (slope,) = torch.autograd.grad(loss, t, create_graph=True)
        (curve,) = torch.autograd.grad(slope, t)
        t = (t - slope / curve).clamp(0.05, 20).detach().requires_grad_()
    return t.item()


@wrong("at most a thousand of the examples, the first ones")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return _halved(logits[:1000], targets[:1000])
