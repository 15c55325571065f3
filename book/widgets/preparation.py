"""From a photograph to 28 by 28 pixels: each step of `prepare_image`, and the answer where it is left out."""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from book.demo import MODEL
from solutions import data
from solutions.deploy import web
from solutions.deploy.garment_answer import percent
from solutions.deploy.images import data_address
from solutions.deployment import classify, load_model, prepare_image
from solutions.dropout import Classifier

TITLE = "What the network sees of your photograph"
SNEAKER, DRESS = 7, 3
ORIENTATION, QUARTER_TURN = 0x0112, 6  # of EXIF: to be turned by 90 degrees clockwise
ITEM = '<li><img src="{source}" alt="{alt}"><p><b>{title}</b> {answer}</p></li>'
STILL = """<ol class="preparation-steps preparation-still">{items}</ol>
<p>{words} Where scripts are switched on, you see every step here, on a photograph of your own.</p>
"""


def lying(label: int) -> Image.Image:
    """Return the demo's photograph of a garment as a telephone stores it: on its side, with a note to turn it."""
    photo = web.example(data.load(data.SAMPLE_FOLDER), label).transpose(Image.Transpose.ROTATE_90)
    photo.getexif()[ORIENTATION] = QUARTER_TURN
    return photo


def cut_out(label: int) -> Image.Image:
    """Return a garment alone, with nothing around it."""
    sample = data.load(data.SAMPLE_FOLDER)
    pixels = sample.test_images[np.flatnonzero(sample.test_labels == label)[0]]
    large = Image.fromarray(pixels).resize((160, 160), Image.Resampling.BICUBIC)
    picture = Image.new("RGBA", (200, 250))
    outline = large.point(lambda value: 255 * (value > 20))
    picture.paste(ImageOps.invert(large).convert("RGBA"), (20, 30), outline)
    return picture


def write(folder: Path) -> None:
    """Write the examples and the list of them; a page begins with the first."""
    examples = [
        ("A sneaker, stored on its side", "preparation-lying.jpg", lying(SNEAKER)),
        ("A dress, cut out", "preparation-cut-out.png", cut_out(DRESS)),
    ]
    for _, file, picture in examples:
        picture.save(folder / file, exif=picture.getexif())
    (folder / "preparation.json").write_text(
        json.dumps([{"label": label, "file": file} for label, file, _ in examples])
    )


def left_out(photo: Image.Image) -> dict[str, Tensor]:
    """Return the network's inputs for a photograph with all steps, and with some of them left out."""
    x = prepare_image(photo)
    as_stored = Image.fromarray(np.asarray(photo))  # without EXIF
    shrunk = ImageOps.exif_transpose(photo).convert("L").resize((28, 28), Image.Resampling.BOX)
    return {
        "With all steps": x,
        "Not turned upright": prepare_image(as_stored),
        "Only dark made bright, and made smaller": 1 - torch.from_numpy(np.array(shrunk)).float()[None] / 255,
        "Dark not made bright": 1 - x,
        "From 0 to 255": 255 * x,
    }


def still() -> str:
    """Return a photograph, and the network's inputs and answers with steps left out."""
    photo = lying(SNEAKER)
    model = web.as_on_the_page(load_model(MODEL))
    seen = left_out(photo)
    items = [
        ITEM.format(
            source=data_address(ImageOps.exif_transpose(photo), "JPEG"),
            alt="A photograph of a sneaker on a wooden ground, upright",
            title="The photograph",
            answer="",
        )
    ]
    items += [item(model, title, x) for title, x in seen.items()]
    first = {title: classify(model, x)[0][0] for title, x in seen.items()}
    right = first.pop("With all steps")
    wrong = sum(label != right for label in first.values())
    words = (
        f"With all steps the network answers {right}. Of {len(first)} ways to leave some out {wrong} change the answer."
    )
    return STILL.format(items="".join(items), words=words)


def item(model: Classifier, title: str, x: Tensor) -> str:
    (label, share), *_ = classify(model, x)
    pixels = Image.fromarray((255 * x[0].numpy() / max(1, x.max().item())).astype(np.uint8))
    alt = f"What the network sees, 28 by 28 pixels: {title.lower()}"
    return ITEM.format(source=data_address(pixels, "PNG"), alt=alt, title=title, answer=f"{label}, {percent(share)}")
