"""Photographs made from held-out garments: how much of the accuracy survives between a data set and a camera.

A garment of 28×28 pixels is enlarged by smooth interpolation, with a weave, folds and a tint, is put on a background of
``bench.backgrounds`` a little turned and off the middle, under light that falls off, casts a soft shadow, and is stored
as a camera does, as a JPEG with the sensor's noise. The kind "transparent" is a cut-out, a PNG; the kind "pair" shows
the garment twice, like shoes. Backgrounds and tones do not depend on the garment, so some garments hardly differ from
their background. Other poses than the catalogue's, and detail finer than 28×28, are missing.
"""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageFilter

from bench.backgrounds import BACKGROUNDS, HEIGHT, WIDTH, Background, smooth_noise

KINDS = (*BACKGROUNDS, "transparent", "pair")
SCALES, SCALES_OF_A_PAIR = (12, 17), (8, 11)  # pixels of a photograph for one of the garment's 28×28
MARGIN = 3  # pixels of the garment's 28×28 that are added around it for a smooth outline
LUMA = np.array([0.299, 0.587, 0.114])  # what each channel counts for in grey


def photograph(garment: np.ndarray, kind: str, rng: np.random.Generator) -> Image.Image:
    """Return a photograph of a garment, uint8 (28, 28), as in Fashion-MNIST: background 0, a black garment 255.

    It has 600×800 pixels: RGB, decoded from a JPEG; of the kind "transparent" RGBA, decoded from a PNG.
    """
    scale = rng.uniform(*(SCALES_OF_A_PAIR if kind == "pair" else SCALES))
    tone, mask = _laid(garment, scale, rng, parts=2 if kind == "pair" else 1)
    tone *= _fabric(rng)
    # Colours stand first, shape (3, HEIGHT, WIDTH): so NumPy takes a third of the time.
    cloth = tone + _tint(rng) * np.minimum(tone, 255 - tone)
    if kind == "transparent":
        nothing_seen_is_black = np.where(mask > 0, cloth, 0)
        return _stored(np.stack([*nothing_seen_is_black, 255 * mask]), "PNG")
    return taken(cloth, mask, scale, BACKGROUNDS["grey" if kind == "pair" else kind], rng)


def taken(
    colours: np.ndarray, mask: np.ndarray, scale: float, background: Background, rng: np.random.Generator
) -> Image.Image:
    """Return the photograph, RGB from a JPEG, of an object on a background.

    Args:
        colours: red, green and blue from 0 to 255, shape (3, HEIGHT, WIDTH).
        mask: from 0 to 1, shape (HEIGHT, WIDTH).
        scale: pixels of the photograph for one of 28×28, on which the softness of the shadow depends.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else (0, 0, WIDTH, HEIGHT)
    lying = background.paint(rng, box) * (1 - _shadow(mask, scale, rng))
    picture = (lying + mask * (colours - lying)) * background.light(rng)
    noise = rng.uniform(1, 3) * rng.standard_normal(picture.shape, np.float32)
    return _stored(picture + noise, "JPEG", quality=int(rng.integers(70, 93)))


def held_out(labels: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Return the indices of as many images of each class, shape (classes · per_class,), drawn with the seed."""
    keys = np.random.default_rng(seed).random(len(labels))
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return np.concatenate([member[np.argsort(keys[member])][:per_class] for member in members])


def photographs(images: np.ndarray, kind: str, indices: np.ndarray, seed: int) -> Iterator[Image.Image]:
    """Yield a photograph of each chosen image; it depends on the image, the kind and the seed alone."""
    for index in indices.tolist():
        yield photograph(images[index], kind, np.random.default_rng([seed, KINDS.index(kind), index]))


def _enlarge(garment: np.ndarray, scale: float, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the garment's grey from 0 to 255 and its mask from 0 to 1, enlarged and turned by degrees."""
    padded = np.pad(garment, MARGIN)
    inside = padded > 12
    inside |= _of_nine(inside) >= 7  # a light garment has single zeros within it
    # An outline's pixel that is much lighter than its neighbours was half background when the data were made.
    brightest = np.asarray(Image.fromarray(padded).filter(ImageFilter.MaxFilter(3)))
    inside &= (_of_nine(inside) == 9) | (padded >= 0.5 * brightest)
    # Beyond its outline the garment goes on in the tone that it has there, or it would have a white seam.
    weight = _blurred(255 * inside, 1.5).clip(1) / 255
    beyond = _blurred(np.where(inside, padded, 0), 1.5) / weight
    tone = 255 - np.where(inside, padded, beyond)

    size = (round(len(padded) * scale),) * 2
    large = [
        Image.fromarray(part.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
        for part in (tone, _blurred(255 * inside, 0.5) / 255)
    ]
    tone, mask = (np.array(part.rotate(angle, Image.Resampling.BILINEAR)) for part in large)
    # From garment to background in some two pixels, as a lens draws it.
    return tone.clip(5, 250), ((mask - 0.5) * scale / 2 + 0.5).clip(0, 1)


def _of_nine(inside: np.ndarray) -> np.ndarray:
    """Return how many of each pixel and its eight neighbours are inside."""
    return np.lib.stride_tricks.sliding_window_view(np.pad(inside, 1), (3, 3)).sum(axis=(2, 3))


def _laid(garment: np.ndarray, scale: float, rng: np.random.Generator, parts: int) -> tuple[np.ndarray, np.ndarray]:
    """Return tone and mask of a photograph in which the garment lies so many times, one below the other."""
    tones, masks = np.zeros((2, HEIGHT, WIDTH), np.float32)
    for part in range(parts):
        tone, mask = _enlarge(garment, scale, rng.uniform(-7, 7))
        top, left = (int(rng.integers(4, space - 4)) for space in (HEIGHT // parts - len(mask), WIDTH - len(mask)))
        at = [part * HEIGHT // parts + top, left]
        tones, masks = tones + _on_canvas(tone, at), masks + _on_canvas(mask, at)
    return tones, masks


def _on_canvas(part: np.ndarray, at: list[int]) -> np.ndarray:
    canvas = np.zeros((HEIGHT, WIDTH), np.float32)
    canvas[at[0] : at[0] + part.shape[0], at[1] : at[1] + part.shape[1]] = part
    return canvas


def _fabric(rng: np.random.Generator) -> np.ndarray:
    """Return the shading by threads and folds, a factor of shape (HEIGHT, WIDTH)."""
    thread = rng.uniform(3, 6)  # pixels
    down, across = (np.sin(2 * np.pi / thread * np.arange(side, dtype=np.float32)) for side in (HEIGHT, WIDTH))
    weave = np.outer(down, across)
    folds, grain = smooth_noise((16, 12), rng), smooth_noise((HEIGHT // 2, WIDTH // 2), rng)
    return 1 + rng.uniform(0.01, 0.05) * weave + 0.04 * folds + 0.03 * grain


def _tint(rng: np.random.Generator) -> np.ndarray:
    """Return a colour of no brightness, shape (3, 1, 1): it leaves the grey as it is."""
    colour = rng.uniform(-0.4, 0.4, 3)
    return (colour - colour @ LUMA).astype(np.float32)[:, None, None]


def _shadow(mask: np.ndarray, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Return how much of the light the garment takes from the background, shape (HEIGHT, WIDTH)."""
    blurred = _blurred(255 * mask, scale * rng.uniform(0.5, 1.2)) / 255
    shift = (scale * rng.uniform([0.2, -0.8], [1, 0.8])).astype(int)  # the light comes from above
    return rng.uniform(0.1, 0.3) * np.roll(blurred, tuple(shift), (0, 1))


def _stored(channels: np.ndarray, kind: str, **options: int) -> Image.Image:
    """Write values from 0 to 255, shape (3 or 4, HEIGHT, WIDTH), as a file of a kind, and read it back."""
    file = io.BytesIO()
    Image.fromarray(np.moveaxis(channels.round().clip(0, 255).astype(np.uint8), 0, 2)).save(file, kind, **options)
    stored = Image.open(file)
    stored.load()
    return stored


def _blurred(values: np.ndarray, radius: float) -> np.ndarray:
    """Return values from 0 to 255 under a Gaussian, shape (H, W)."""
    blurred = Image.fromarray(values.astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(blurred).astype(np.float32)
