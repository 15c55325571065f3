"""Synthetic backgrounds: surfaces, hangers and people for the garments of made photographs.

A few lines of arithmetic draw each kind from a random generator: light that falls off, creases, grain, weave. They lack
a photograph's detail, and share with photographs the variation of brightness and colour, on which finding a garment
depends.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 600, 800  # pixels
Box = tuple[int, int, int, int]  # left, top, right, bottom of the garment


def even_light(strength: float, rng: np.random.Generator) -> np.ndarray:
    """Return light that falls off to one side by so much of itself, from 1, shape (HEIGHT, WIDTH)."""
    down, across = (np.linspace(-0.5, 0.5, side, dtype=np.float32) for side in (HEIGHT, WIDTH))
    direction = rng.uniform(0, 2 * np.pi)
    along = np.add.outer(float(np.cos(direction)) * down, float(np.sin(direction)) * across)
    return 1 - strength * (along - along.min()) / np.ptp(along)


def lamp_light(strength: float, rng: np.random.Generator) -> np.ndarray:
    """Return the light of one near lamp, brightest in a spot, from 1, shape (HEIGHT, WIDTH)."""
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    centre = rng.uniform([0, 0], [WIDTH, HEIGHT])
    squared = (x - centre[0]) ** 2 + (y - centre[1]) ** 2
    light: np.ndarray = 1 / (1 + squared / rng.uniform(500, 1000) ** 2)
    return light * even_light(strength, rng)


def smooth_noise(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return normal numbers at a grid's points and smooth between them, shape (HEIGHT, WIDTH)."""
    points = Image.fromarray(rng.standard_normal(shape, np.float32))
    return np.asarray(points.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))


def hued(
    hue: tuple[int, int], saturation: tuple[int, int], value: tuple[int, int], rng: np.random.Generator
) -> np.ndarray:
    """Return a colour drawn between limits from 0 to 255, shape (3, 1, 1)."""
    drawn = tuple(int(rng.integers(*limits)) for limits in (hue, saturation, value))
    colour = np.asarray(Image.new("HSV", (1, 1), drawn).convert("RGB"))[0, 0]
    return (colour + rng.uniform(-4, 4, 3)).astype(np.float32)[:, None, None]


def uniform(colour: float, rng: np.random.Generator) -> np.ndarray:
    return (colour + rng.uniform(-4, 4, 3)).astype(np.float32)[:, None, None]


def filled(colour: np.ndarray) -> np.ndarray:
    return np.broadcast_to(colour, (3, HEIGHT, WIDTH))


def sheet(rng: np.random.Generator, box: Box) -> np.ndarray:
    """A bed sheet: broad folds, and narrow creases that are dark on one side and light on the other."""
    colour = hued((0, 256), (0, 60), (170, 256), rng)
    folds = smooth_noise((6, 5), rng)
    shade = 1 + rng.uniform(0.03, 0.08) * folds
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    for _ in range(int(rng.integers(6, 14))):
        angle, width = rng.uniform(0, np.pi), rng.uniform(6, 25)
        off = np.cos(angle) * (x - rng.uniform(0, WIDTH)) + np.sin(angle) * (y - rng.uniform(0, HEIGHT))
        off = off + 18 * folds
        length = np.exp(-((np.sin(angle) * x - np.cos(angle) * y - rng.uniform(-300, 300)) ** 2) / 2 / 220**2)
        shade = shade + rng.uniform(0.05, 0.16) * (off / width) * np.exp(-((off / width) ** 2) / 2) * length
    return colour * np.clip(shade, 0.4, 1.1)


def wood(rng: np.random.Generator, box: Box) -> np.ndarray:
    """Boards: grain along them, each of its own brown, a dark joint between two."""
    colour = hued((12, 28), (60, 170), (100, 235), rng)
    boards = int(rng.integers(3, 8))
    across = np.linspace(0, boards, WIDTH, dtype=np.float32)
    tones = (1 + rng.uniform(0.03, 0.1) * rng.standard_normal(boards + 1))[across.astype(int)]
    joint = 1 - rng.uniform(0.2, 0.6) * np.exp(-(((across + 0.5) % 1 - 0.5) ** 2) * (WIDTH / boards) ** 2 / 8)
    grain = smooth_noise((6, 90), rng) * rng.uniform(0.03, 0.09) + smooth_noise((20, 240), rng) * 0.03
    pixels = colour * (1 + grain) * (tones * joint)[None, None, :]
    return pixels if rng.random() < 0.5 else turned(pixels)


def turned(pixels: np.ndarray) -> np.ndarray:
    """Return the picture on its side, cut and repeated to the same size."""
    return np.tile(pixels.transpose(0, 2, 1), (1, 2, 1))[:, :HEIGHT, :WIDTH]


def woven(rng: np.random.Generator, box: Box) -> np.ndarray:
    """A carpet or blanket: threads, tufts and stripes."""
    colour = hued((0, 256), (10, 120), (100, 235), rng)
    thread = rng.uniform(4, 12)
    down, across = (np.sin(2 * np.pi / thread * np.arange(side, dtype=np.float32)) for side in (HEIGHT, WIDTH))
    weave = rng.uniform(0.04, 0.12) * np.outer(down, across)
    tufts = rng.uniform(0.03, 0.09) * smooth_noise((HEIGHT // 5, WIDTH // 5), rng)
    wide = rng.uniform(60, 160)
    stripes = rng.uniform(0, 0.12) * (np.sin(2 * np.pi / wide * np.arange(HEIGHT, dtype=np.float32)) > 0.6)[:, None]
    return colour * (1 + weave + tufts - stripes)


def tiles(rng: np.random.Generator, box: Box) -> np.ndarray:
    """A tiled floor: square tiles of nearly one colour, light or dark joints."""
    colour = hued((0, 60), (0, 70), (120, 250), rng)
    side = rng.uniform(120, 260)
    x, y = (np.arange(n, dtype=np.float32) / side + rng.uniform(0, 1) for n in (WIDTH, HEIGHT))
    number = np.add.outer(np.floor(y).astype(int) * 7, np.floor(x).astype(int)) % 40
    tone = (1 + 0.04 * rng.standard_normal(48))[number]
    gap = rng.uniform(4, 10) / side
    joints = np.logical_or.outer(y % 1 < gap, x % 1 < gap)
    tone = np.where(joints, rng.uniform(0.6, 1.15), tone)
    marble = 1 + 0.04 * smooth_noise((12, 9), rng)
    return colour * tone * marble


def clutter(rng: np.random.Generator, box: Box) -> np.ndarray:
    """A room: wall and floor, and things at its edges."""
    pixels = np.where(
        np.arange(HEIGHT)[None, :, None] < rng.uniform(0.5, 0.8) * HEIGHT,
        hued((0, 256), (0, 70), (140, 245), rng),
        hued((0, 40), (20, 140), (80, 200), rng),
    )
    picture = Image.fromarray(np.moveaxis(np.broadcast_to(pixels, (3, HEIGHT, WIDTH)), 0, 2).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(4, 9))):
        edge = rng.integers(4)
        x = [rng.uniform(0, 70), rng.uniform(WIDTH - 70, WIDTH), rng.uniform(0, WIDTH), rng.uniform(0, WIDTH)][edge]
        y = [rng.uniform(0, HEIGHT), rng.uniform(0, HEIGHT), rng.uniform(0, 80), rng.uniform(HEIGHT - 80, HEIGHT)][edge]
        w, h = rng.uniform(30, 110, 2)
        colour = tuple(int(v) for v in rng.integers(20, 240, 3))
        shape = draw.rectangle if rng.random() < 0.6 else draw.ellipse
        shape((x - w, y - h, x + w, y + h), fill=colour)
    blurred = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))
    return np.moveaxis(np.asarray(blurred, np.float32), 2, 0)


def hanger(rng: np.random.Generator, box: Box) -> np.ndarray:
    """A wall or a door, and a hanger, its hook above the garment."""
    pixels = filled(hued((0, 256), (0, 60), (150, 245), rng))
    if rng.random() < 0.5:  # a door's panels, or a wardrobe's edge
        at = rng.uniform(0, 1, 2) * WIDTH
        edge = np.abs(np.arange(WIDTH)[None, :, None] - at[None, None, :]).min(axis=2) < rng.uniform(3, 12)
        pixels = pixels * np.where(edge, rng.uniform(0.5, 0.9), 1)[:, None, :]
    picture = Image.fromarray(np.moveaxis(pixels, 0, 2).clip(0, 255).astype(np.uint8))
    draw, middle, top = ImageDraw.Draw(picture), (box[0] + box[2]) / 2, box[1]
    ink = tuple(int(v) for v in rng.integers(20, 200, 3))
    reach = (box[2] - box[0]) * 0.35
    draw.line([(middle - reach, top + 50), (middle, top + 5), (middle + reach, top + 50)], fill=ink, width=9)
    draw.line([(middle, top + 5), (middle, top - 30)], fill=ink, width=5)
    draw.arc((middle - 18, top - 62, middle + 18, top - 26), 180, 90, fill=ink, width=5)
    if rng.random() < 0.4:
        draw.line([(0, top - 60), (WIDTH, top - 62)], fill=ink, width=12)
    return np.moveaxis(np.asarray(picture, np.float32), 2, 0)


def worn(rng: np.random.Generator, box: Box) -> np.ndarray:
    """A person, roughly: head, arms and legs in the colour of skin around where the garment is, before a wall."""
    behind = filled(hued((0, 256), (0, 70), (130, 245), rng))
    picture = Image.fromarray(np.moveaxis(behind, 0, 2).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    skin = tuple(int(v) for v in np.array([236, 196, 168]) * rng.uniform(0.4, 1))
    dark = tuple(int(v) for v in rng.integers(20, 90, 3))
    left, top, right, bottom = box
    middle, wide = (left + right) / 2, (right - left) / 2
    head = wide * rng.uniform(0.3, 0.45)
    draw.ellipse((middle - head, top - 2.3 * head, middle + head, top + 0.3 * head), fill=skin)
    draw.pieslice((middle - head, top - 2.4 * head, middle + head, top), 180, 360, fill=dark)
    for side in (-1, 1):
        shoulder, hand = middle + side * 0.75 * wide, middle + side * rng.uniform(0.9, 1.2) * wide
        draw.line([(shoulder, top + 0.25 * (bottom - top)), (hand, bottom)], fill=skin, width=int(0.3 * wide))
        leg = [(middle + side * 0.35 * wide, bottom - 30), (middle + side * 0.4 * wide, HEIGHT)]
        draw.line(leg, fill=dark, width=int(0.55 * wide))
    return np.moveaxis(np.asarray(picture.filter(ImageFilter.GaussianBlur(1.5)), np.float32), 2, 0)


@dataclass(frozen=True)
class Background:
    """A kind of background.

    Attributes:
        paint: returns red, green and blue from 0 to 255, shape (3, HEIGHT, WIDTH) or one that broadcasts to it.
        falloff: limits of the share of light that is lost from one side to the other.
        lamps: percentage of the photographs lit by one near lamp.
    """

    paint: Callable[[np.random.Generator, Box], np.ndarray]
    falloff: tuple[float, float] = (0.05, 0.3)
    lamps: int = 0

    def light(self, rng: np.random.Generator) -> np.ndarray:
        """Return the light on the picture, a factor of shape (HEIGHT, WIDTH)."""
        kind = lamp_light if rng.integers(100) < self.lamps else even_light
        return kind(rng.uniform(*self.falloff), rng)


BACKGROUNDS = {
    "white": Background(lambda rng, box: uniform(rng.uniform(240, 255), rng), (0.02, 0.15)),
    "grey": Background(lambda rng, box: uniform(rng.uniform(110, 210), rng), (0.02, 0.15)),
    "coloured": Background(lambda rng, box: hued((0, 256), (60, 180), (110, 240), rng), (0.02, 0.15)),
    "lamp": Background(lambda rng, box: hued((10, 40), (0, 90), (190, 256), rng), lamps=100),
    "sheet": Background(sheet, (0.1, 0.35)),
    "wood": Background(wood),
    "woven": Background(woven),
    "tiles": Background(tiles),
    "clutter": Background(clutter),
    "hanger": Background(hanger, (0.1, 0.35), lamps=50),
    "worn": Background(worn, (0.1, 0.35)),
}
