"""Test networks trained with and without made shapes on things other than garments: ``make things``.

The things are drawings of an emoji font, unrelated to the shapes: fruit, food, animals, vehicles, tools, household
goods, each on a plain background, with a soft shadow, as a camera keeps it.
"""

import io
import json
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from rich.progress import track
from rich.table import Table

from autograder.console import print_table
from bench.photos import SURE
from solutions import data
from solutions.accelerate import device as machine
from solutions.accelerate.augmentation import made_shapes
from solutions.accelerate.recipes import RECIPES
from solutions.deploy.garment_answer import UNSURE_BELOW, doubt
from solutions.deployment import load_model, prepare_image
from solutions.runs import run as runs

WRITTEN = data.DATA / "things.json"
FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")
SHOWN = 12  # shapes in the chapter's picture
FONT_SIZE = 109  # the only one that it has, in pixels
WIDTH, HEIGHT = 600, 800  # pixels of a photograph
BLOCKS = (
    *((0x1F32D, 0x1F37F), (0x1F400, 0x1F43F), (0x1F680, 0x1F6A3), (0x1F3A0, 0x1F3BF), (0x1F4BA, 0x1F4FE)),
    *((0x1F527, 0x1F52C), (0x1F950, 0x1F96F), (0x1F980, 0x1F9BF), (0x1FA80, 0x1FA9E)),
)
WORN = (
    *("BAG", "SHOE", "BRIEFCASE", "SHIRT", "DRESS", "BALLET", "SOCK", "COAT", "GLOVES", "SCARF", "SATCHEL", "BOOT"),
    *("SANDAL", "SARI", "HIKING", "SHORTS", "BRIEFS", "BIKINI", "PURSE", "POUCH", "JEANS", "KIMONO", "SWIM", "VEST"),
)
SEEDS = range(3)


def things() -> list[str]:
    """Return the characters of the font's blocks of things, without clothes and bags."""
    characters = [chr(code) for first, last in BLOCKS for code in range(first, last + 1)]
    names = [unicodedata.name(character, "") for character in characters]
    pairs = zip(characters, names, strict=True)
    return [character for character, name in pairs if name and not any(word in name for word in WORN)]


def photographs(characters: list[str]) -> Iterator[Image.Image]:
    """Yield a photograph of each thing that the font draws: 600×800 pixels, RGB."""
    drawn = ImageFont.truetype(FONT, FONT_SIZE)
    for number, character in enumerate(characters):
        picture = Image.new("RGBA", (2 * FONT_SIZE, 2 * FONT_SIZE))
        ImageDraw.Draw(picture).text((20, 20), character, font=drawn, embedded_color=True)
        if (box := picture.getbbox()) is None:
            continue
        rng = np.random.default_rng([0, number])
        thing = picture.crop(box)
        scale = rng.uniform(320, 480) / max(thing.size)
        thing = thing.resize([round(side * scale) for side in thing.size], Image.Resampling.BICUBIC)
        canvas = Image.new("RGBA", (WIDTH, HEIGHT))
        left, top = (int(rng.integers(20, space - 20)) for space in (WIDTH - thing.width, HEIGHT - thing.height))
        canvas.paste(thing, (left, top))
        *colours, alpha = np.moveaxis(np.asarray(canvas).astype(np.float32), 2, 0)
        yield taken(np.stack(colours), alpha / 255, rng)


def taken(colours: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """Return the photograph, RGB from a JPEG, of a thing on a plain background, with noise as of a sensor.

    Args:
        colours: red, green and blue from 0 to 255, shape (3, HEIGHT, WIDTH).
        mask: where the thing is, from 0 to 1, shape (HEIGHT, WIDTH).
    """
    lying = background(rng) * (1 - shadow(mask, rng))
    picture = (lying + mask * (colours - lying)) * light(rng)
    picture = picture + rng.uniform(1, 3) * rng.standard_normal(picture.shape, np.float32)
    file = io.BytesIO()
    pixels = np.moveaxis(picture.round().clip(0, 255).astype(np.uint8), 0, 2)
    Image.fromarray(pixels).save(file, "JPEG", quality=int(rng.integers(70, 93)))
    return Image.open(file)


def background(rng: np.random.Generator) -> np.ndarray:
    """Return white, a grey or a colour, shape (3, 1, 1)."""
    kind = rng.choice(["white", "grey", "coloured"])
    if kind == "coloured":
        drawn = tuple(int(rng.integers(*limits)) for limits in ((0, 256), (60, 180), (110, 240)))
        colour = np.asarray(Image.new("HSV", (1, 1), drawn).convert("RGB"))[0, 0]
    else:
        colour = np.asarray(rng.uniform(*((240, 255) if kind == "white" else (110, 210))))
    return (colour + rng.uniform(-4, 4, 3)).astype(np.float32)[:, None, None]


def shadow(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how much of the light the thing takes from the background, shape (HEIGHT, WIDTH)."""
    soft = ImageFilter.GaussianBlur(14 * rng.uniform(0.5, 1.2))
    blurred = np.asarray(Image.fromarray((255 * mask).astype(np.uint8)).filter(soft)).astype(np.float32) / 255
    shift = (14 * rng.uniform([0.2, -0.8], [1, 0.8])).astype(int)  # the light comes from above
    return rng.uniform(0.1, 0.3) * np.roll(blurred, tuple(shift), (0, 1))


def light(rng: np.random.Generator) -> np.ndarray:
    """Return light that falls off to one side, from 1, shape (HEIGHT, WIDTH)."""
    rng.integers(100)  # decides nothing; without it others would be drawn than those that the book's numbers are of
    strength, direction = rng.uniform(0.02, 0.15), rng.uniform(0, 2 * np.pi)
    down, across = (np.linspace(-0.5, 0.5, side, dtype=np.float32) for side in (HEIGHT, WIDTH))
    along = np.add.outer(float(np.cos(direction)) * down, float(np.sin(direction)) * across)
    return 1 - strength * (along - along.min()) / np.ptp(along)


def train(shapes: float, seed: int, dataset: data.Dataset, folder: Path) -> tuple[Path, float]:
    """Train by the recipe for photographs with a share of shapes; return the model file and the validation accuracy."""
    settings = runs.Settings("photo", replace(RECIPES["photo"], shapes=shapes), seed, "cpu")
    run = runs.train(settings, dataset, folder, lambda images: None, lambda history: False)
    return run.model_file, run.progress.history.accuracies[-1]


def main() -> None:
    machine.use_threads()
    pictures = list(photographs(things()))
    prepared = torch.stack([prepare_image(picture) for picture in track(pictures, "photographs", transient=True)])
    clear = np.array([not doubt(picture) for picture in pictures])
    rows = []
    for shapes in (0.0, RECIPES["photo"].shapes):
        for seed in track(SEEDS, f"training with shapes {shapes:g}", transient=True):
            with TemporaryDirectory() as folder:
                path, accuracy = train(shapes, seed, data.load(), Path(folder))
                model = load_model(path)
            with torch.no_grad():
                best = model(prepared).softmax(dim=1).amax(dim=1).numpy()
            answered = float((clear & (best >= UNSURE_BELOW)).mean())
            rows.append({"shapes": shapes, "seed": seed, "valid": accuracy, "answered": answered})
            rows[-1]["sure"] = float((best > SURE).mean())
    table = Table("shapes", "validation", f"answered ({UNSURE_BELOW:.0%} and more)", f"more than {SURE:.0%}")
    for shapes in (0.0, RECIPES["photo"].shapes):
        means = (mean(row[name] for row in rows if row["shapes"] == shapes) for name in ("valid", "answered", "sure"))
        table.add_row(f"{shapes:.0%}", *(f"{value:.1%}" for value in means))
    print_table(table)
    if "--write" in sys.argv:
        drawn = (made_shapes(SHOWN) * 255).round().astype(np.uint8)
        shown = {"things": len(pictures), "rows": rows, "shapes": [shape.tobytes().hex() for shape in drawn]}
        WRITTEN.write_text(json.dumps(shown, indent=1) + "\n")


if __name__ == "__main__":
    main()
