"""What the preprocessing and the temperature of chapter 6 must do.

Nothing here is judged by chance: what is seen in a prepared picture is compared with what the check drew. Such a number
is reported as it was drawn where it is close enough: every interpolation passes. A temperature is reported with its
inverse in half precision, which the judge compares to within a hundredth and one part in a hundred: every search that
arrives passes, and none that is off by more than 2 %.
"""

import io
import math
from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from autograder.arrays import python_numbers
from autograder.checks import Observation, Observations, Raised, attempt, between, check, normal

# --- the preprocessing

WHITE = (255, 255, 255)
PINK = (235, 170, 190)
BLUE = (60, 120, 220)  # as dark as a garment: only its colour tells the two apart
LIGHT = ((250, 240, 200), (200, 230, 170), PINK)
BACKGROUNDS = (*LIGHT, BLUE)
Box = tuple[int, int, int, int]


def background(rng: torch.Generator, colours: Sequence[tuple[int, int, int]] = BACKGROUNDS) -> tuple[int, int, int]:
    return colours[between(0, len(colours) - 1, rng)]


def painted(size: tuple[int, int], colour: tuple[int, int, int], *parts: tuple[Box, int]) -> Image.Image:
    """Return flat rectangles of grey on a flat background."""
    image = Image.new("RGB", size, colour)
    for box, grey in parts:
        image.paste((grey, grey, grey), box)
    return image


def picture(names: SimpleNamespace, image: Image.Image) -> Tensor:
    """Return what the image becomes, as 28 rows; its shape and dtype are another check's matter."""
    x: Tensor = names.prepare_image(image)
    return x.detach().double().reshape(28, 28)


def close(value: float, drawn: float, within: float = 0.05) -> float:
    """Return the number as it was drawn where the value is close to it, and otherwise the value, to one digit."""
    return round(drawn, 2) if abs(value - drawn) <= within else round(value, 1)


def extent(x: Tensor, drawn: tuple[int, int]) -> str:
    """Return rows × columns of what is bright, as it was drawn where each is right within a pixel."""
    lit = x > 0.2
    lit_extent = (int(lit.any(dim=1).sum()), int(lit.any(dim=0).sum()))
    rows, columns = (seen if abs(seen - own) > 1 else own for seen, own in zip(lit_extent, drawn, strict=True))
    return f"{rows} × {columns}"


def place_of(x: Tensor, dim: int, drawn: int) -> int:
    """Return the first bright row or column, as it was drawn where it is right within a pixel."""
    first = int((x > 0.2).any(dim=dim).int().argmax())
    return drawn if abs(first - drawn) <= 1 else first


Look = Callable[[Tensor], Observation]


def seen(names: SimpleNamespace, image: Image.Image, what: str, **looks: Look) -> dict[str, Observation]:
    """Prepare an image once and look at it in several ways; where there is no picture, each look sees the error."""
    x = attempt(lambda: picture(names, image))
    return {
        f"{what}{name.replace('_', ' ')}": attempt(partial(look, x)) if isinstance(x, Tensor) else x
        for name, look in looks.items()
    }


def upright(rng: torch.Generator) -> Image.Image:
    """Return a rectangle 70 wide and 140 high, off centre, and light but for its lower right quarter.

    The lower half is twice as bright afterwards: a centre of mass lies two rows or more below the middle. And none of
    the seven other ways to lay it looks the same.
    """
    left, top, grey = between(10, 80, rng), between(10, 50, rng), between(20, 60, rng)
    box, quarter = (left, top, left + 70, top + 140), (left + 35, top + 70, left + 70, top + 140)
    return painted((160, 200), WHITE, (box, 190), (quarter, grey))


@check("prepare_image", points=1, title="The result is float32 of shape (1, 28, 28), from 0 to 1")
def form(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    x = names.prepare_image(upright(rng))
    low, high = float(x.min()), float(x.max())
    return {
        "shape": str(tuple(x.shape)),
        "dtype": str(x.dtype),
        "range": "from 0 to 1" if 0 <= low <= high <= 1 else f"from {low:.1g} to {high:.1g}",
    }


@check(
    "prepare_image", points=2, title="A dark garment becomes bright, and the background exactly 0, whatever its colour"
)
def brightness(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Trousers of 28 rows and columns: 8 rows of waist, legs of 9 columns, a gap of 10, looked at 3 pixels inside.

    Once they are only as large as the result, in a photograph that is ten times as wide as that: whoever makes it
    smaller before looking for them has no pixel of which more than nine tenths are leg; white makes up the rest.
    """
    dark, light = between(20, 60, rng), between(110, 130, rng)

    def trousers(unit: int, colour: tuple[int, int, int]) -> Image.Image:
        """Return them 28 units high and wide on 280 pixels."""
        left, top = (between(5, 275 - 28 * unit, rng) for _ in range(2))
        legs = [((left + x * unit, top, left + (x + 9) * unit, top + 28 * unit), dark) for x in (0, 19)]
        waist = ((left, top, left + 28 * unit, top + 8 * unit), light)
        return painted((280, 280), colour, *legs, waist)

    observed: dict[str, Observation] = {}
    for unit, colour in ((5, WHITE), (5, BLUE), (5, background(rng)), (1, WHITE)):
        image = trousers(unit, colour)
        x = attempt(lambda image=image: picture(names, image))  # type: ignore[misc]
        on = f"{unit * 28} of 280 pixels wide, on {colour}"
        if not isinstance(x, Tensor):
            observed[on] = x
            continue
        observed[f"brightness of the dark part {on}"] = close(float(x[12:25, 3:6].mean()), 1 - dark / 255)
        observed[f"brightness of the light part {on}"] = close(float(x[3:5, 4:24].mean()), 1 - light / 255)
        observed[f"pixels of the background that are not 0, {on}"] = int((x[12:, 13:15] != 0).sum())
    return observed


@check("prepare_image", points=2, title="The garment is trimmed, scaled to 28 with its proportions, and centred")
def fitted(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    colour, grey = background(rng), between(20, 45, rng)
    left, top = between(5, 40, rng), between(5, 40, rng)
    columns, rows = 2 * between(5, 9, rng), 2 * between(5, 9, rng)  # of the 28: each is 5 pixels of the photograph
    tall = painted((190, 210), colour, ((left, top, left + 5 * columns, top + 140), grey))
    wide = painted((210, 190), colour, ((left, top, left + 140, top + 5 * rows), grey))
    few = 2 * between(6, 9, rng)
    tiny = painted((40, 40), BLUE, ((8, 8, 8 + few, 32), grey))
    beside = list(range(4)) + list(range(24, 28))
    return (
        seen(
            names,
            tall,
            "tall: ",
            rows_and_columns=lambda x: extent(x, (28, columns)),
            first_column=lambda x: place_of(x, 0, 14 - columns // 2),
            pixels_beside_it_that_are_not_0=lambda x: int((x[:, beside] != 0).sum()),
        )
        | seen(
            names,
            wide,
            "wide: ",
            rows_and_columns=lambda x: extent(x, (rows, 28)),
            first_row=lambda x: place_of(x, 1, 14 - rows // 2),
            pixels_beside_it_that_are_not_0=lambda x: int((x[beside] != 0).sum()),
        )
        | seen(names, tiny, "24 pixels high: ", rows_and_columns=lambda x: extent(x, (28, round(few * 28 / 24))))
    )


def cut_out(grey: int, behind: tuple[int, int, int], alpha: int = 255, shadow: int = 0) -> Image.Image:
    """Return an opaque rectangle in a picture that is transparent elsewhere, but for a pale shadow on all sides."""
    image = Image.new("RGBA", (160, 200), (*behind, 0))
    image.paste((225, 225, 225, shadow), (20, 20, 140, 190) if shadow else (0, 0, 0, 0))
    image.paste((grey, grey, grey, alpha), (40, 30, 110, 170))
    return image


@check("prepare_image", points=1, title="What is transparent counts as white, and what is cut out is found")
def transparency(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Half of opaque and more is opaque; how bright that is, is not asked where a little white shines through."""
    dark, light = between(2, 12, rng), between(241, 245, rng)

    def inner(drawn: int) -> Look:
        return lambda x: close(float(x[4:24, 10:18].mean()), 1 - drawn / 255)

    whole: Look = partial(extent, drawn=(28, 14))
    shaded = cut_out(dark, WHITE, alpha=between(140, 220, rng), shadow=between(40, 110, rng))
    return (
        seen(names, cut_out(dark, (0, 0, 0)), "dark, cut out: ", brightness=inner(dark), rows_and_columns=whole)
        | seen(names, cut_out(light, WHITE), "nearly white, cut out: ", brightness=inner(light))
        | seen(names, shaded, "nearly opaque, with a shadow: ", rows_and_columns=whole)
    )


@check("prepare_image", points=1, title="The orientation that EXIF notes is followed")
def orientation(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    """Four of the notes mirror, and two of these turn as well."""
    image, way = upright(rng), Image.Transpose
    turns = [way.FLIP_LEFT_RIGHT, way.ROTATE_180, way.FLIP_TOP_BOTTOM, way.TRANSPOSE]
    turns += [way.ROTATE_90, way.TRANSVERSE, way.ROTATE_270]
    observed: dict[str, Observation] = {}
    for noted, turn in enumerate(turns, start=2):
        quarters = between(0, 3, rng)
        drawn = (14, 28) if quarters % 2 else (28, 14)
        exif = Image.Exif()
        exif[0x0112] = noted
        file = io.BytesIO()
        image.rotate(90 * quarters, expand=True).transpose(turn).save(file, "PNG", exif=exif)
        file.seek(0)
        observed |= seen(names, Image.open(file), f"orientation {noted}: ", lies=partial(direction, drawn=drawn))
    return observed


def direction(x: Tensor, drawn: tuple[int, int]) -> str:
    """Say how a rectangle lies of which one quarter is the brightest one."""
    rows, columns = {"top": x[:14], "bottom": x[14:]}, {"left": x[:, :14], "right": x[:, 14:]}
    brighter = " ".join(max(halves, key=lambda name: float(halves[name].sum())) for halves in (rows, columns))
    return f"{extent(x, drawn)}, brightest at the {brighter}"


@check("prepare_image", points=1, title="Every mode gives the same picture")
def modes(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    grey, colour = between(70, 110, rng), background(rng, LIGHT)
    box = (30, 40, 100, 180)
    on_white, on_colour = painted((160, 200), WHITE, (box, grey)), painted((160, 200), colour, (box, grey))
    # All of the 16 bits count, also where the lower eight are not the upper ones once more.
    sixteen = Image.fromarray(np.asarray(on_white.convert("L")).astype(np.uint16) * 257 - between(40, 100, rng))
    images = {
        "1": painted((160, 200), WHITE, (box, 0)).convert("1"),
        "L": on_white.convert("L"),
        "P": on_colour.quantize(8),
        "RGBA": on_colour.convert("RGBA"),
        "CMYK": on_colour.convert("CMYK"),
        "I;16": sixteen,
    }
    observed: dict[str, Observation] = {}
    for mode, image in images.items():
        drawn = 1.0 if mode == "1" else 1 - grey / 255

        def inner(x: Tensor, drawn: float = drawn) -> Observation:
            return close(float(x[4:24, 10:18].mean()), drawn)

        observed |= seen(names, image, f"{mode}: ", rows_and_columns=lambda x: extent(x, (28, 14)), brightness=inner)
    return observed


# --- the temperature


def as_told(value: object) -> Observation:
    """Return a temperature and its inverse, in half precision: of the larger a hundredth is forgiven."""
    t = float(value)  # type: ignore[arg-type]
    return python_numbers([t, 1 / t if t else math.inf], "float16")


def drawn_temperature(low: float, high: float, rng: torch.Generator) -> float:
    return low * math.exp(math.log(high / low) * float(torch.rand((), generator=rng)))


def overheated(
    temperature: float, rng: torch.Generator, classes: int, groups: int = 5, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Return logits (N, C) and targets (N,) that one temperature calibrates to the last digit.

    In each group all examples have the same logits: the logarithm of how often each class is right in it, times the
    temperature, plus a number that a softmax does not see. So the gradient of the cross-entropy is 0 there. Of the even
    rows and of the first half more are right than of the others: no part of the examples stands for all.
    """
    logits, targets = [], []
    for _ in range(groups):
        counts = torch.randint(1, 4, (classes,), generator=rng)
        counts[between(0, classes - 1, rng)] += between(8, 40, rng)
        row = temperature * (counts / counts.sum()).double().log() + normal(rng, 1, dtype=torch.float64)
        logits.append(row.expand(int(counts.sum()), classes))
        targets.append(torch.arange(classes).repeat_interleave(counts))
    z, y = torch.cat(logits), torch.cat(targets)
    drawn = torch.randperm(len(y), generator=rng)
    right_first = drawn[(z.argmax(dim=1) != y)[drawn].sort(stable=True).indices]
    order = torch.empty_like(right_first)
    order[torch.cat([torch.arange(0, len(y), 2), torch.arange(1, len(y), 2)])] = right_first
    return z[order].to(dtype), y[order]


def end_of(value: object, best: float) -> str:
    """Say where a search has ended, beside the temperature that was drawn."""
    t = float(value)  # type: ignore[arg-type]
    if t and all(abs(ended - right) <= 0.01 * (1 + right) for ended, right in ((t, best), (1 / t, 1 / best))):
        return "where the loss is smallest, to within 1 %"
    return f"at {t:.3g}, and at {best:.3g} the loss is smaller"


def temperatures_of(names: SimpleNamespace, rng: torch.Generator, *draws: tuple[int, float, float]) -> Observations:
    """Observe the temperature of drawn examples, for each number of classes and range of the right temperature."""
    observed: dict[str, Observation] = {}
    for classes, low, high in draws:
        drawn = drawn_temperature(low, high, rng)
        logits, targets = overheated(drawn, rng, classes)
        for times in (1.0, 1.03):  # of temperatures that lie far apart one is at most half as far from both
            what = f"{len(logits)} examples of {classes} classes, logits times {times}"
            value = attempt(partial(names.temperature, times * logits, targets))
            if not isinstance(value, Raised):
                observed[f"the search for {what} ends"] = attempt(partial(end_of, value, times * drawn))
                value = attempt(partial(as_told, value))
            observed[f"temperature for {what}"] = value
    return observed


@check("temperature", points=1, title="Answers that are too sure get the temperature above 1 that calibrates them")
def too_sure(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return temperatures_of(names, rng, (3, 1.5, 2.5), (10, 5.5, 7.0))


@check("temperature", points=1, title="Answers that are not sure enough get a temperature below 1")
def too_modest(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    return temperatures_of(names, rng, (4, 0.2, 0.35), (10, 0.053, 0.055))


@check("temperature", points=1, title="The answer is a float of Python's, for logits in float32 and in float64")
def numbers(names: SimpleNamespace, rng: torch.Generator) -> Observations:
    observed: dict[str, Observation] = {}
    for dtype in (torch.float32, torch.float64):
        given = overheated(drawn_temperature(1.2, 3.0, rng), rng, between(5, 10, rng), dtype=dtype)
        kind = str(dtype).removeprefix("torch.")
        answer = attempt(partial(names.temperature, *given))
        if isinstance(answer, Raised):
            observed[kind] = answer
            continue
        observed[f"type for {kind}"] = "float" if isinstance(answer, float) else type(answer).__name__
        observed[f"temperature for {kind}"] = attempt(partial(as_told, answer))
    return observed
