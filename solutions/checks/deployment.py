"""What the preprocessing and the temperature of chapter 6 must do.

Nothing here is judged by chance: what is seen in a prepared picture is compared with what the check drew. Such a number
is reported as it was drawn where it is close enough: every interpolation passes. A temperature is reported with its
inverse in half precision, which the judge compares to within a hundredth and one part in a hundred: every search that
arrives passes, and none that is off by more than 2 %.
"""

import io
import math
import random
from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from autograder.arrays import python_numbers
from autograder.checks import Observation, Observations, Raised, attempt, between, check, normal, tried

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


@check("prepare_image", points=1, hidden=True, title="A fine pattern becomes its mean, in a large photograph too")
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
    hidden=True,
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


@check(
    "prepare_image",
    points=1,
    hidden=True,
    title="A blank image and one narrower than 2 pixels are refused, and nothing else",
)
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


def end_of(value: object, best: float) -> str:
    """Say where a search has ended, beside the temperature that was drawn."""
    t = float(value)  # type: ignore[arg-type]
    if t and all(abs(ended - right) <= 0.01 * (1 + right) for ended, right in ((t, best), (1 / t, 1 / best))):
        return "where the loss is smallest, to within 1 %"
    return f"at {t:.3g}, and at {best:.3g} the loss is smaller"


def temperature_of(names: SimpleNamespace, logits: Tensor, targets: Tensor) -> Observation:
    return attempt(lambda: as_told(names.temperature(logits, targets)))


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


@check(
    "temperature",
    points=2,
    hidden=True,
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
    hidden=True,
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


@check(
    "temperature",
    points=1,
    hidden=True,
    title="Logits, targets and their gradients stay as they are, and nothing is drawn",
)
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


@check("temperature", points=1, hidden=True, title="Targets that are no class and shapes that do not fit are refused")
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
