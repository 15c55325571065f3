# ruff: noqa: F811 (each is defined many times over)
"""Wrong answers to the exercises of chapter 6 by other algorithms (see tests.wrong)."""

from __future__ import annotations

import math
import random

import numpy as np
import torch
from PIL import Image, ImageChops, ImageFilter, ImageOps
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.student.garment import find_garment
from tests.wrong import wrong

# --- the preprocessing, in parts that are right


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
    grey = np.asarray(image.convert("L")).astype(np.float32)
    return Image.fromarray(np.where(mask, 255 - grey, 0).astype(np.float32)), mask


def box_of(mask: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def in_the_middle(part: Image.Image) -> Tensor:
    x = np.zeros((28, 28), np.float32)
    top, left = (28 - part.height) // 2, (28 - part.width) // 2
    x[top : top + part.height, left : left + part.width] = np.asarray(part)
    return torch.from_numpy(x / 255).clamp(0, 1)[None]


def scaled(part: Image.Image, side: int = 28, how: Image.Resampling = Image.Resampling.BOX) -> Image.Image:
    factor = side / max(part.size)
    return part.resize((max(1, round(part.width * factor)), max(1, round(part.height * factor))), how)


@wrong("the one recipe of every MNIST tutorial: grey, 28 by 28, negative")
def prepare_image(image: Image.Image) -> Tensor:
    if min(image.size) < 2 or image.convert("L").getextrema()[0] == image.convert("L").getextrema()[1]:
        raise ValueError("blank")
    grey = ImageOps.invert(image.convert("L").resize((28, 28)))
    return torch.from_numpy(np.asarray(grey).astype(np.float32) / 255)[None]


@wrong("a threshold at half brightness")
def prepare_image(image: Image.Image) -> Tensor:
    _, image = opaque_and_white(turned(image))
    grey = np.asarray(image.convert("L")).astype(np.float32)
    mask = grey < 128
    if not mask.any():
        raise ValueError("blank")
    dark = Image.fromarray(np.where(mask, 255 - grey, 0).astype(np.float32))
    return in_the_middle(scaled(dark.crop(box_of(mask))))


@wrong("the background is the colour of the upper left pixel, and white where that is transparent")
def prepare_image(image: Image.Image) -> Tensor:
    _, image = opaque_and_white(turned(image))
    plain = Image.new("RGB", image.size, image.getpixel((0, 0)))
    box = ImageChops.difference(image, plain).getbbox()
    if box is None:
        raise ValueError("blank")
    grey = ImageOps.invert(image.convert("L")).crop(box)
    return in_the_middle(scaled(grey))


@wrong("the background made 0 by subtracting its brightness, so that a garment is as bright as its contrast")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    mask = garment_of(opacity, image)
    grey = np.asarray(image.convert("L")).astype(np.float32)
    around = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    dark = Image.fromarray(np.where(mask, np.abs(around - grey), 0).astype(np.float32))
    return in_the_middle(scaled(dark.crop(box_of(mask))))


@wrong("MNIST's way: 20 pixels, and the centre of mass in the middle")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    x = in_the_middle(scaled(dark.crop(box_of(mask)), side=20))[0]
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    down, right = (round(13.5 - float((x * at).sum() / x.sum())) for at in (rows, columns))
    return torch.roll(x, (down, right), (0, 1))[None]


@wrong("centred by its centre of mass")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    x = F.pad(in_the_middle(scaled(dark.crop(box_of(mask))))[0], (14, 14, 14, 14))
    at = torch.arange(56.0)
    top, left = (round(float((x.sum(dim=1 - d) * at).sum() / x.sum())) - 14 for d in (0, 1))
    return x[top + 1 : top + 29, left + 1 : left + 29][None].contiguous()


@wrong("a square is cut from the middle of the photograph")
def prepare_image(image: Image.Image) -> Tensor:
    dark, _ = dark_part(image)
    side = min(dark.size)
    square = ImageOps.fit(dark, (side, side))
    return in_the_middle(scaled(square))


@wrong("made smaller first, and looked for afterwards")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    small = ImageOps.pad(image, (28, 28), Image.Resampling.BOX, color=image.getpixel((0, 0)))
    alpha = np.asarray(ImageOps.pad(Image.fromarray(opacity), (28, 28), color=int(opacity[0, 0])))
    mask = garment_of(alpha, small)
    grey = np.asarray(small.convert("L")).astype(np.float32)
    dark = Image.fromarray(np.where(mask, 255 - grey, 0).astype(np.float32))
    return in_the_middle(scaled(dark.crop(box_of(mask)), how=Image.Resampling.NEAREST))


@wrong("thumbnail, which makes smaller and never larger")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    part = dark.crop(box_of(mask)).convert("L")
    part.thumbnail((28, 28), Image.Resampling.BOX)
    return in_the_middle(part)


@wrong("bilinear interpolation of PyTorch's, which looks at four pixels and not at the area")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    part = dark.crop(box_of(mask))
    factor = 28 / max(part.size)
    size = (max(1, round(part.height * factor)), max(1, round(part.width * factor)))
    x = torch.from_numpy(np.array(part))[None, None]
    return in_the_middle(Image.fromarray(F.interpolate(x, size, mode="bilinear")[0, 0].numpy()))


@wrong("a strong blur against noise, which leaves the outline soft and grey")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    part = dark.crop(box_of(mask)).convert("L").filter(ImageFilter.GaussianBlur(25))
    return in_the_middle(scaled(part))


@wrong("histogram equalisation, so that each photograph uses all greys")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    return in_the_middle(scaled(ImageOps.equalize(dark.convert("L")).crop(box_of(mask))))


@wrong("autocontrast")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    return in_the_middle(scaled(ImageOps.autocontrast(dark.convert("L")).crop(box_of(mask))))


@wrong("inverted only where the photograph is bright on the whole")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    mask = garment_of(opacity, image)
    grey = np.asarray(image.convert("L")).astype(np.float32)
    shown = 255 - grey if grey.mean() > 127 else grey
    return in_the_middle(scaled(Image.fromarray(np.where(mask, shown, 0).astype(np.float32)).crop(box_of(mask))))


@wrong("the brightness of HSV, the largest of three channels, in place of grey")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    mask = garment_of(opacity, image)
    value = 255 - np.asarray(image.convert("HSV"))[..., 1].astype(np.float32)
    return in_the_middle(scaled(Image.fromarray(np.where(mask, value, 0).astype(np.float32)).crop(box_of(mask))))


@wrong("a margin of two pixels on each side")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    return in_the_middle(scaled(dark.crop(box_of(mask)), side=24))


@wrong("holes are filled: between the legs of trousers it is garment")
def prepare_image(image: Image.Image) -> Tensor:
    opacity, image = opaque_and_white(turned(image))
    mask = garment_of(opacity, image)
    filled = np.zeros_like(mask)
    for at, row in enumerate(mask):
        places = np.flatnonzero(row)
        if len(places):
            filled[at, places[0] : places[-1] + 1] = True
    grey = np.asarray(image.convert("L")).astype(np.float32)
    dark = Image.fromarray(np.where(filled, 255 - grey, 0).astype(np.float32))
    return in_the_middle(scaled(dark.crop(box_of(mask))))


@wrong("turned by EXIF as the numbers 3, 6 and 8 are remembered, the last two exchanged")
def prepare_image(image: Image.Image) -> Tensor:
    noted = image.getexif().get(0x0112, 1)
    plain = image.copy()
    plain.getexif().pop(0x0112, None)
    plain.info.pop("exif", None)
    return _upright(plain.rotate({3: 180, 6: 90, 8: 270}.get(noted, 0), expand=True))


@wrong("only what a phone that is held upright notes is turned")
def prepare_image(image: Image.Image) -> Tensor:
    noted = image.getexif().get(0x0112, 1)
    plain = image.copy()
    plain.getexif().pop(0x0112, None)
    plain.info.pop("exif", None)
    return _upright(plain.transpose(Image.Transpose.ROTATE_270) if noted == 6 else plain)


def _upright(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    return in_the_middle(scaled(dark.crop(box_of(mask))))


@wrong("the palette's transparency is dropped")
def prepare_image(image: Image.Image) -> Tensor:
    return _upright(turned(image).convert("RGB"))


@wrong("16 bits by their lower eight")
def prepare_image(image: Image.Image) -> Tensor:
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) % 256).astype(np.uint8))
    return _upright(image)


@wrong("16 bits by the largest number in them")
def prepare_image(image: Image.Image) -> Tensor:
    if image.mode.startswith("I"):
        pixels = np.asarray(image).astype(float)
        image = Image.fromarray(((pixels - pixels.min()) / np.ptp(pixels).clip(1) * 255).astype(np.uint8))
    return _upright(image)


@wrong("a small garment is refused as noise")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    if mask.mean() < 0.05:
        raise ValueError("nothing but noise")
    return in_the_middle(scaled(dark.crop(box_of(mask))))


@wrong("a light garment is refused")
def prepare_image(image: Image.Image) -> Tensor:
    dark, mask = dark_part(image)
    if np.asarray(dark)[mask].mean() < 80:
        raise ValueError("nothing stands out")
    return in_the_middle(scaled(dark.crop(box_of(mask))))


# --- the temperature


def refuse(logits: Tensor, targets: Tensor) -> None:
    if logits.dim() != 2 or targets.shape != logits.shape[:1]:
        raise ValueError("shapes")
    if ((targets < 0) | (targets >= logits.shape[1])).any():
        raise ValueError("targets")


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


@wrong("Adam for two hundred steps")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    free = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([free], lr=0.01)
    for _ in range(200):
        optimizer.zero_grad()
        F.cross_entropy(logits.detach().double() / free.exp(), targets).backward()
        optimizer.step()
    return cut(free.exp().item())


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


@wrong("descent with random starts, the best of ten short ones")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    found = []
    for _ in range(10):
        t = math.exp(random.uniform(math.log(0.05), math.log(20)))
        for _ in range(5):
            slope = (loss_at(t * 1.001, logits, targets) - loss_at(t, logits, targets)) / 0.001
            t = cut(t * math.exp(-0.5 * slope))
        found.append((loss_at(t, logits, targets), t))
    return min(found)[1]


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


@wrong("mini-batches that are drawn")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    free = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([free], lr=0.05)
    for _ in range(400):
        rows = torch.randint(len(logits), (64,))
        optimizer.zero_grad()
        F.cross_entropy(logits.detach().double()[rows] / free.exp(), targets[rows]).backward()
        optimizer.step()
    return cut(free.exp().item())


@wrong("divided in place while it tries, which is undone with a rounding each time")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    best, kept = math.inf, 1.0
    with torch.no_grad():
        for k in range(601):
            t = 0.05 * 400 ** (k / 600)
            logits /= t
            loss = F.cross_entropy(logits, targets).item()
            logits *= t
            if loss < best:
                best, kept = loss, t
    return kept


@wrong("the largest logit of each row subtracted in place, which no softmax sees and the caller does")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    logits.data.sub_(logits.data.max(dim=1, keepdim=True).values)
    return _halved(logits, targets)


@wrong("the targets made another kind of tensor in place")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    answer = _halved(logits, targets)
    targets.copy_(logits.detach().argmax(dim=1))
    return answer


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


@wrong("in float32, whose losses at two temperatures close together are one number")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    z = logits.detach().float()
    low, high = math.log(0.05), math.log(20)
    for _ in range(60):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if F.cross_entropy(z / math.exp(one), targets) < F.cross_entropy(z / math.exp(two), targets):
            high = two
        else:
            low = one
    return cut(math.exp((low + high) / 2))


@wrong("in float32, where a large number in each logit leaves no digits for what tells them apart")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return _halved(logits.detach().float(), targets)


@wrong("in half precision")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return _halved(logits.detach().half(), targets)


@wrong("rounded to two decimal places")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return round(_halved(logits, targets), 2)


@wrong("rounded to one decimal place")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return max(0.05, round(_halved(logits, targets), 1))


@wrong("a grid in even steps of a hundredth")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    grid = [0.05 + 0.01 * k for k in range(1996)]
    return min(grid, key=lambda t: loss_at(t, logits, targets))


@wrong("a grid of a hundred temperatures, each a twentieth above the one before")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    grid = [0.05 * 400 ** (k / 99) for k in range(100)]
    return min(grid, key=lambda t: loss_at(t, logits, targets))


@wrong("a grid from 0.5 to 5, as in tutorials")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return min(torch.linspace(0.5, 5.0, 1000).tolist(), key=lambda t: loss_at(t, logits, targets))


@wrong("golden section on losses that are infinite at small temperatures")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    z = logits.detach().double()
    best, kept = math.inf, 0.05
    for k in range(1201):
        t = 0.05 * 400 ** (k / 1200)
        p = (z / t).exp() / (z / t).exp().sum(dim=1, keepdim=True)
        loss = -p.gather(1, targets[:, None]).log().mean().item()
        if loss < best:
            best, kept = loss, t
    return kept


@wrong("the Brier score in place of the cross-entropy")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    one_hot = F.one_hot(targets, logits.shape[1]).double()

    def score(t: float) -> float:
        return ((logits.detach().double() / t).softmax(dim=1) - one_hot).square().sum().item()

    return min((0.05 * 400 ** (k / 1200) for k in range(1201)), key=score)


@wrong("the mean over classes of their mean losses, so that a rare class counts as much as a frequent one")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    share = 1 / torch.bincount(targets, minlength=logits.shape[1]).double().clamp(min=1)

    def loss(t: float) -> float:
        return F.cross_entropy(logits.detach().double() / t, targets, weight=share).item()

    return min((0.05 * 400 ** (k / 1200) for k in range(1201)), key=loss)


@wrong("only the answers that are right")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    right = logits.argmax(dim=1) == targets
    return _halved(logits[right], targets[right]) if right.any() else 20.0


@wrong("the temperature that gives each row its own best, averaged")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    groups: dict[tuple[float, ...], list[int]] = {}
    for at, row in enumerate(logits.detach().tolist()):
        groups.setdefault(tuple(row), []).append(at)
    found = [(len(rows), _halved(logits[rows], targets[rows])) for rows in groups.values()]
    return sum(n * t for n, t in found) / len(logits)


@wrong("scaled by the largest logit in place of a temperature")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return cut(logits.detach().std().item())


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


@wrong("bisection between 0.5 and 5")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return min(max(_halved(logits, targets), 0.5), 5.0)


@wrong("a part of the examples, every other one")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return _halved(logits[::2], targets[::2])


@wrong("at most a thousand of the examples, the first ones")
def temperature(logits: Tensor, targets: Tensor) -> float:
    refuse(logits, targets)
    return _halved(logits[:1000], targets[:1000])
