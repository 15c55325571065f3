"""Hidden checks of deployment: students see their titles and results alone."""

import random
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from autograder.checks import Observation, Observations, attempt, between, check, normal, tried
from solutions.checks.deployment import (
    LIGHT,
    PINK,
    WHITE,
    as_told,
    background,
    close,
    drawn_temperature,
    overheated,
    painted,
    picture,
    upright,
)


@check("prepare_image", points=1, title="A fine pattern becomes its mean, in a large photograph too")
def pattern(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """The patterns are far finer than a pixel of the result, which covers 25 pixels of the photograph or more."""
    dark, light = between(10, 40, rng), between(120, 150, rng)
    mean = 1 - (dark + light) / 2 / 255
    observed: dict[str, Observation] = {}
    for what, height, width in (("rows", 140, 140), ("chessboard", 280, 280), ("tall chessboard", 1120, 400)):
        rows, columns = np.indices((height, width))
        even = (rows if what == "rows" else rows + columns) % 2
        pixels = np.full((height + 60, width + 50, 3), 255, np.uint8)
        pixels[20 : height + 20, 15 : width + 15] = np.where(even, dark, light)[..., None]
        x = attempt(lambda pixels=pixels: picture(names, Image.fromarray(pixels))[3:25, 11:17])  # type: ignore[misc]
        if not isinstance(x, Tensor):
            observed[what] = x
            continue
        observed[f"{what}: mean"] = close(float(x.mean()), mean)
        observed[f"{what}: spread"] = close(float(x.max() - x.min()), 0.0, within=0.12)
    return observed


def pullover(rng: torch.Generator) -> np.ndarray:
    """Return a garment as the network knows it, (28, 28) from 0 to 1, that reaches all four sides."""
    pattern = 0.4 + 0.45 * torch.rand(7, 7, generator=rng, dtype=torch.float64)
    garment = pattern.repeat_interleave(4, dim=0).repeat_interleave(4, dim=1)
    garment[16:, :8] = garment[16:, 20:] = garment[:4, :4] = garment[:4, 24:] = 0  # beside the waist and the collar
    return garment.numpy()


@check(
    "prepare_image",
    points=2,
    title="A garment of the data set, photographed in a lamp's light, becomes the 28 × 28 pixels that it was",
)
def undone(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """All steps together: every pixel is enlarged and made dark on a light colour that fades a little to one side.

    The second colour is the one that shows where it was left beside the garment.
    """
    observed: dict[str, Observation] = {}
    for times, colour in ((between(5, 7, rng), background(rng, LIGHT)), (between(10, 12, rng), PINK)):
        garment = pullover(rng)
        large = garment.repeat(times, axis=0).repeat(times, axis=1)[..., None]
        height, width = (28 * times + between(30, 60, rng) for _ in range(2))
        pixels = np.full((height, width, 3), colour) - np.linspace(0, 6, width)[None, :, None]
        top, left = between(10, height - 28 * times - 10, rng), between(10, width - 28 * times - 10, rng)
        covered = pixels[top : top + 28 * times, left : left + 28 * times]
        covered[:] = np.where(large > 0, 255 * (1 - large), covered)
        x = attempt(lambda pixels=pixels: picture(names, Image.fromarray(pixels.round().astype(np.uint8))))  # type: ignore[misc]
        what = f"{times} times as large"
        if not isinstance(x, Tensor):
            observed[what] = x
            continue
        wide = np.pad(garment, 1)
        places = [wide[row : row + 28, column : column + 28] for row in range(3) for column in range(3)]
        off = min(float(np.abs(x.numpy() - place).mean()) for place in places)  # in its place to within a pixel
        observed[f"{what}: mean distance of its pixels from those that it had"] = close(off, 0.0)
    return observed


@check("prepare_image", points=1, title="A blank image and one narrower than 2 pixels are refused, and nothing else")
def nothing_to_see(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    line = Image.new("L", (1, 60), 255)
    line.paste(20, (0, 20, 1, 40))
    images = {
        "a flat grey": Image.new("L", (60, 80), between(0, 255, rng)),
        "a flat colour": Image.new("RGB", (60, 80), background(rng)),
        "all transparent": Image.new("RGBA", (60, 80), (0, 0, 0, 0)),
        "1 × 60 with a dark part": line,
        "60 × 1 with a dark part": line.transpose(Image.Transpose.ROTATE_90),
    }
    narrow = painted((2, 60), WHITE, ((0, 20, 2, 40), 20))
    stick = painted((60, 200), WHITE, ((30, 30, 32, 170), 20))
    images |= {
        "2 × 60 with a dark part": narrow,
        "60 × 2 with a dark part": narrow.transpose(Image.Transpose.ROTATE_90),
        "an upright stick": stick,
        "a lying stick": stick.transpose(Image.Transpose.ROTATE_90),
        "a light garment": painted((160, 200), WHITE, ((40, 30, 110, 170), between(190, 200, rng))),
    }
    images |= {f"a rectangle, {which}": upright(rng) for which in ("one", "two", "three")}
    return tried(rng, {what: partial(names.prepare_image, image) for what, image in images.items()})


def silent(n: int, classes: int) -> tuple[Tensor, Tensor]:
    """Return logits and targets of examples that have the same loss at each temperature: they flatten its valley."""
    return torch.zeros(n, classes, dtype=torch.float64), torch.arange(n) % classes


def nearly_equal(rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return logits near 10,000, where the steps of float32 are 1/1024, that lie ten steps and a half apart.

    So rounding moves the temperature by one part in 21. It is 10.5 / 1024 divided by ln(1 + 3/n), from 0.053 to 0.067,
    and not 0.060, as for n = 16: two decimal places are not enough.
    """
    n, base = (14, 15, 17, 18)[between(0, 3, rng)], 9980 + between(0, 9, rng)
    logits = torch.tensor([base + 10.5 / 1024, base], dtype=torch.float64).repeat(2 * n + 3, 1)
    return logits, torch.tensor([0] * (n + 3) + [1] * n)


def temperature_of(names: SimpleNamespace, logits: Tensor, targets: Tensor) -> Observation:
    return attempt(lambda: as_told(names.temperature(logits, targets)))


@check(
    "temperature",
    points=2,
    title="Where no temperature calibrates all answers, it is the one with the smallest cross-entropy",
)
def compromise(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Some answers are far too sure and others not sure enough: every other criterion has its optimum elsewhere.

    Before them come four thousand that say nothing, so that the valley is shallow.
    """
    observed: dict[str, Observation] = {}
    for n, (sure, modest) in enumerate(((4, 2), (3, 4)), start=1):
        parts = [
            overheated(drawn_temperature(2.6, 3.3, rng), rng, 6, sure),
            overheated(drawn_temperature(0.3, 0.5, rng), rng, 6, modest),
        ]
        logits, targets = (torch.cat(part) for part in zip(silent(4000, 6), *parts, strict=True))
        for times in (1.0, 1.03):  # as above
            observed[f"temperature for mixture {n}, logits times {times}"] = temperature_of(
                names, times * logits, targets
            )
    return observed


@check(
    "temperature",
    points=1,
    title="Where the best one lies beyond 0.05 or 20 it is that end; logits may be as large as 10,000",
)
def ends(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    logits = 3 * normal(rng, between(30, 60, rng), 7, dtype=torch.float64)
    huge, targets = overheated(drawn_temperature(2.0, 6.0, rng), rng, 5)
    rows = 1e4 * torch.randint(-1, 2, (len(huge), 1), generator=rng)
    return {
        "every answer is right": temperature_of(names, logits, logits.argmax(dim=1)),
        "every answer is the least likely": temperature_of(names, logits, logits.argmin(dim=1)),
        "10,000 added to some rows, and taken from others": temperature_of(names, huge + rows, targets),
        "logits near 10,000 that differ by a hundredth": temperature_of(names, *nearly_equal(rng)),
    }


def generators() -> list[object]:
    """Return the states of what numbers are commonly drawn from."""
    return [torch.get_rng_state().tolist(), random.getstate(), str(np.random.get_state())]


@check("temperature", points=1, title="Logits, targets and their gradients stay as they are, and nothing is drawn")
def untouched(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Generators are looked at from the second call on: what is imported in the first may draw.

    Of temperatures that lie far apart one may be near the answer to one of the two calls.
    """
    logits, targets = overheated(drawn_temperature(1.5, 3.0, rng), rng, 5, groups=2)
    kept, leaf = (logits.clone(), targets.clone()), logits.clone().requires_grad_()
    observed: dict[str, Observation] = {"temperature, logits times 1.03": temperature_of(names, 1.03 * logits, targets)}
    before = generators()
    return observed | {
        "temperature": temperature_of(names, logits, targets),
        "temperature for logits that require a gradient": temperature_of(names, leaf, targets),
        "numbers were drawn": generators() != before,
        "logits afterwards": logits[:2],
        "each logit is as it was": torch.equal(logits, kept[0]) and torch.equal(leaf.detach(), kept[0]),
        "each target is as it was": torch.equal(targets, kept[1]),
        "the logits have a gradient afterwards": leaf.grad is not None,
    }


@check("temperature", points=1, title="Targets that are no class and shapes that do not fit are refused")
def misfits(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    logits, targets = overheated(2.0, rng, 3, groups=1)

    def with_target(target: int) -> Tensor:
        changed = targets.clone()
        changed[between(0, len(targets) - 1, rng)] = target
        return changed

    given = {
        "a target of 3": (logits, with_target(3)),
        "a target of -1": (logits, with_target(-1)),
        "a target too few": (logits, targets[1:]),
        "a target too many": (logits, torch.cat([targets, targets[:1]])),
        "targets of shape (N, 1)": (logits, targets.unsqueeze(1)),
        "logits of shape (3,)": (logits[0], targets[:1]),
        "targets that fit": (logits, targets),
        "a target of 0": (logits, with_target(0)),
        "a target of 2": (logits, with_target(2)),
        "half of the examples": (logits[::2], targets[::2]),
    }
    return tried(rng, {f"3 classes, {name}": partial(names.temperature, *pair) for name, pair in given.items()})
