"""Photographs for tests, made from the data set's images: on several grounds, and in many kinds of file."""

import io
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL import Image

Save = Callable[[Image.Image, BinaryIO], None]
GROUNDS = ((255, 255, 255), (150, 150, 150), (205, 222, 240), (214, 178, 140), (240, 250, 200), (60, 120, 90))
SIZES = ((200, 250), (640, 480), (333, 777), (1024, 1024), (1025, 700), (90, 400))


def garment_on(ground: tuple[int, int, int], pixels: np.ndarray, size: tuple[int, int], seed: int) -> Image.Image:
    """A photograph with a little noise: a garment, anywhere, on a ground."""
    rng = np.random.default_rng(seed)
    side = int(min(size) * rng.uniform(0.5, 0.9))
    garment = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    photo = Image.new("RGB", size, ground)
    place = tuple(int(rng.integers(0, whole - side)) for whole in size)
    photo.paste(Image.fromarray(255 - np.asarray(garment)), place, garment.point(lambda value: min(255, 3 * value)))
    noisy = np.asarray(photo) + rng.normal(0, 2, (*photo.size[::-1], 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def cut_out(pixels: np.ndarray, side: int) -> Image.Image:
    """A garment on nothing, its edge half transparent."""
    garment = Image.fromarray(pixels).resize((side, side), Image.Resampling.BICUBIC)
    image = Image.fromarray(255 - np.asarray(garment)).convert("RGBA")
    image.putalpha(garment.point(lambda value: min(255, 3 * value)))
    return image


def stored(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def saved(*format: str, mode: str | None = None, **options: object) -> Save:
    return lambda image, file: (image.convert(mode) if mode else image).save(file, *format, **options)


def turned(image: Image.Image, file: BinaryIO) -> None:
    """Save an image as a telephone does: the sensor's pixels, and how to turn them."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(file, "PNG", exif=exif)


def sixteen_bits(image: Image.Image, file: BinaryIO) -> None:
    Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(file, "PNG")


# How to write one image to a file of each kind, and how far a prepared pixel may be from Python's in a browser: two
# decoders may differ by a level or two of 255, and at the outline, where one level decides what is ground, by more.
KINDS: dict[str, tuple[Save, float]] = {
    "png": (saved("PNG"), 0),
    "png, grey": (saved("PNG", mode="L"), 0),
    "png, palette": (saved("PNG", mode="P"), 0),
    "png, turned by EXIF": (turned, 0),
    "webp, lossless": (saved("WEBP", lossless=True, method=0), 0),
    "gif, animated": (
        lambda image, file: image.save(file, "GIF", save_all=True, append_images=[Image.new("RGB", image.size)]),
        0,
    ),
    "bmp": (saved("BMP"), 0),
    "png, 16 bits": (sixteen_bits, 0),
    "png, black and white": (saved("PNG", mode="1"), 0),
    "jpeg": (saved("JPEG", quality=90), 0.05),
    "jpeg, cmyk": (saved("JPEG", mode="CMYK", quality=95), 0.05),
}
