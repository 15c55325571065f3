"""Photographs made from held-out garments: how much of the accuracy survives between a data set and a camera.

They are made, not taken. A garment of 28×28 pixels is drawn at photo size by smooth interpolation, with a weave, folds
and a tint, lies on a background of ``bench.backgrounds`` a little turned and off the middle, under light that falls
off, casts a soft shadow, and is stored as a camera stores it, as a JPEG with the sensor's noise. One background is
none: a cut-out with transparency, as a PNG. One kind shows the garment twice, as a pair of shoes would be. Backgrounds
and tones are drawn without a look at the garment, so some garments hardly differ from what they lie on. Poses that are
not the catalogue's, and detail finer than 28×28, are not in them.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor

from bench.backgrounds import BACKGROUNDS, HEIGHT, WIDTH, Background, smooth_noise
from solutions.deploy.doubt import doubt
from solutions.deployment import prepare_image
from solutions.dropout import Classifier

KINDS = (*BACKGROUNDS, "transparent", "pair")
PLAIN = ("white", "grey", "coloured", "transparent")  # as in a shop's catalogue
SURE = 0.9  # a probability above it is a promise
SCALES, SCALES_OF_A_PAIR = (12, 17), (8, 11)  # pixels of a photograph for one of the garment's 28×28
MARGIN = 3  # pixels of the garment's 28×28 that are added around it, so that its outline can be smooth
LUMA = np.array([0.299, 0.587, 0.114])  # what each channel counts for in grey


@dataclass(frozen=True, eq=False)
class Answer:
    """What the network made of one photograph.

    Attributes:
        photo: the photograph.
        index: which of the images it was made from.
        label: index of the right class.
        prepared: what ``prepare_image`` made of it, shape (1, 28, 28); None where it refused.
        given: index of the class that was answered; None where the photograph was refused.
        given_plain: the same after ``resize_and_invert``.
        is_sure: whether the answer has a probability above ``SURE``.
        is_covered: whether it is answered without a doubt.
    """

    photo: Image.Image
    index: int
    label: int
    prepared: Tensor | None
    given: int | None
    given_plain: int
    is_sure: bool
    is_covered: bool


@dataclass(frozen=True, eq=False)
class Accuracy:
    """How many of the photographs on one kind of background are answered rightly.

    Attributes:
        kind: one of ``KINDS``.
        count: how many photographs there are.
        right: how many are right after ``prepare_image``.
        right_plain: how many are right after ``resize_and_invert``.
        failures: those that are wrong after ``prepare_image``.
        covered: how many are answered without a doubt; the others are to be taken again.
    """

    kind: str
    count: int
    right: int
    right_plain: int
    failures: tuple[Answer, ...]
    covered: int

    @property
    def accuracy(self) -> float:
        return self.right / self.count

    @property
    def sure_and_wrong(self) -> int:
        return sum(failure.is_sure for failure in self.failures)

    @property
    def right_covered(self) -> int:
        """How many are right of those that are answered without a doubt."""
        return self.covered - sum(failure.is_covered for failure in self.failures)

    @property
    def sure_and_wrong_covered(self) -> int:
        return sum(failure.is_sure and failure.is_covered for failure in self.failures)

    @property
    def accuracy_plain(self) -> float:
        return self.right_plain / self.count


def photograph(garment: np.ndarray, kind: str, rng: np.random.Generator) -> Image.Image:
    """Return a photograph of a garment.

    Args:
        garment: uint8, shape (28, 28), as in Fashion-MNIST: background 0, a black garment 255.
        kind: one of ``KINDS``.
        rng: what everything else is drawn from.

    Returns:
        600×800 pixels: RGB, decoded from a JPEG; of the kind "transparent" RGBA, decoded from a PNG.
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
    """Return the photograph of something that lies on a background.

    Args:
        colours: its red, green and blue from 0 to 255, shape (3, HEIGHT, WIDTH).
        mask: where it is, from 0 to 1, shape (HEIGHT, WIDTH).
        scale: pixels of the photograph for one of 28×28; how soft its shadow is.
        background: what it lies on.
        rng: what everything else is drawn from.

    Returns:
        RGB, decoded from a JPEG.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else (0, 0, WIDTH, HEIGHT)
    lying = background.paint(rng, box) * (1 - _shadow(mask, scale, rng))
    picture = (lying + mask * (colours - lying)) * background.light(rng)
    noise = rng.uniform(1, 3) * rng.standard_normal(picture.shape, np.float32)
    return _stored(picture + noise, "JPEG", quality=int(rng.integers(70, 93)))


def resize_and_invert(image: Image.Image) -> Tensor:
    """Return float32, shape (1, 28, 28), as most tutorials prepare a photograph: grey, 28×28, dark made bright."""
    return 1 - torch.tensor(np.asarray(image.convert("L").resize((28, 28)))).float()[None] / 255


def held_out(labels: np.ndarray, per_class: int, seed: int) -> np.ndarray:
    """Return the indices of as many images of each class, shape (classes · per_class,), drawn with the seed."""
    keys = np.random.default_rng(seed).random(len(labels))
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    return np.concatenate([member[np.argsort(keys[member])][:per_class] for member in members])


def photographs(images: np.ndarray, kind: str, indices: np.ndarray, seed: int) -> Iterator[Image.Image]:
    """Yield a photograph of each chosen image; it depends on the image, the kind and the seed alone."""
    for index in indices.tolist():
        yield photograph(images[index], kind, np.random.default_rng([seed, KINDS.index(kind), index]))


def accuracy_by_kind(
    model: Classifier,
    images: np.ndarray,
    labels: np.ndarray,
    per_class: int = 10,
    seed: int = 0,
    report: Callable[[int], None] = lambda done: None,
) -> list[Accuracy]:
    """Let a model answer photographs of held-out garments, the same garments on each kind of background.

    Args:
        model: in evaluation mode.
        images: uint8, shape (N, 28, 28), on which the model was not trained.
        labels: uint8, shape (N,).
        per_class: how many images of each class are photographed.
        seed: the same seed gives the same photographs.
        report: called with 1 after each photograph.
    """
    indices = held_out(labels, per_class, seed)
    results = []
    for kind in KINDS:
        answers = []
        for index, photo in zip(indices.tolist(), photographs(images, kind, indices, seed), strict=True):
            try:
                prepared = prepare_image(photo)
            except ValueError:  # nothing stands out from the background
                prepared = None
            given, sure = (None, 0.0) if prepared is None else _answer(model, prepared)
            plain, _ = _answer(model, resize_and_invert(photo))
            is_covered = prepared is not None and not doubt(photo)
            answers.append(Answer(photo, index, int(labels[index]), prepared, given, plain, sure > SURE, is_covered))
            report(1)
        wrong = tuple(answer for answer in answers if answer.given != answer.label)
        covered = sum(answer.is_covered for answer in answers)
        right_plain = sum(answer.given_plain == answer.label for answer in answers)
        results.append(Accuracy(kind, len(answers), len(answers) - len(wrong), right_plain, wrong, covered))
    return results


def _answer(model: Classifier, x: Tensor) -> tuple[int, float]:
    """Return the index of the first answer, and its probability."""
    with torch.no_grad():
        share, index = model(x).softmax(dim=1)[0].max(dim=0)
    return int(index), float(share)


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
    edge = ((mask - 0.5) * scale / 2 + 0.5).clip(
        0, 1
    )  # from garment to background in some two pixels, as a lens draws it
    return tone.clip(5, 250), edge


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
    """Return by what threads and folds multiply the tone, shape (HEIGHT, WIDTH)."""
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
    """Return what comes back from a file, of values from 0 to 255, shape (3 or 4, HEIGHT, WIDTH)."""
    file = io.BytesIO()
    Image.fromarray(np.moveaxis(channels.round().clip(0, 255).astype(np.uint8), 0, 2)).save(file, kind, **options)
    stored = Image.open(file)
    stored.load()
    return stored


def _blurred(values: np.ndarray, radius: float) -> np.ndarray:
    """Return values from 0 to 255 under a Gaussian, shape (H, W)."""
    return np.asarray(Image.fromarray(values.astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))).astype(
        np.float32
    )
