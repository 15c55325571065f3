"""Photographs for tests, made from the data set's images on several grounds."""

import io

import numpy as np
from PIL import Image

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
