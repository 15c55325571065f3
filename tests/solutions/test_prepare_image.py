"""The preprocessing, as laws: whatever the mode, turn and margins of the picture, the same 28×28."""

import io

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from solutions import data
from solutions.deployment import prepare_image

GARMENTS = data.load(data.SAMPLE_FOLDER).test_images
# Every mode in which a decoder of Pillow may leave a picture.
MODES = ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16", "I;16B"]

garments = st.integers(0, len(GARMENTS) - 1).map(lambda index: GARMENTS[index])
light = st.integers(200, 255)  # a ground from which every garment here stands out
scales = st.integers(3, 12)
margins = st.tuples(*[st.integers(2, 150)] * 4)  # pixels: left, top, right, bottom


def laid(
    garment: np.ndarray, scale: int = 5, margin: tuple[int, ...] = (20, 30, 40, 50), ground: int = 255
) -> Image.Image:
    """Return a garment of the data set, none of it lighter than 125, on a plain ground: mode L."""
    tones = np.where(garment > 0, 255 - garment.clip(130), ground).astype(np.uint8).repeat(scale, 0).repeat(scale, 1)
    return ImageOps.expand(Image.fromarray(tones), margin, ground)


def in_mode(grey: Image.Image, mode: str) -> Image.Image:
    """Return the same picture in another mode; grey to 16 bits means that 255 becomes 65,535."""
    if mode == "1":
        return grey.convert("1", dither=Image.Dither.NONE)
    if mode in ("I", "I;16", "I;16B"):
        kind = {"I": np.int32, "I;16": "<u2", "I;16B": ">u2"}[mode]
        values = np.asarray(grey).astype(kind) * 257
        return Image.frombytes(mode, grey.size, values.tobytes()) if mode == "I;16B" else Image.fromarray(values)
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(grey.convert("RGB"), *profiles, outputMode="LAB")
    between = {"PA": "P", "HSV": "RGB"}.get(mode)
    return (grey.convert(between) if between else grey).convert(mode)


def same(image: Image.Image, other: Image.Image, most: float = 0.02) -> None:
    """Compare the 28×28 of both: no pixel differs by more than ``most``, and all together by a tenth of it."""
    difference = (prepare_image(image) - prepare_image(other)).abs()
    assert difference.max() <= most
    assert difference.mean() <= most / 10


def box(x: torch.Tensor) -> torch.Tensor:
    """Return the first and last row and column in which something is."""
    rows, columns = (torch.nonzero((x[0] > 0.05).any(dim=dim)) for dim in (1, 0))
    return torch.cat([rows[0], rows[-1], columns[0], columns[-1]])


@settings(max_examples=40)
@given(garments, st.sampled_from(MODES), light)
def test_any_mode_gives_the_same_picture(garment: np.ndarray, mode: str, ground: int) -> None:
    grey = laid(garment, ground=ground)
    if mode == "1":  # it has no greys
        grey = grey.point(lambda value: 255 * (value > 125))
    image = in_mode(grey, mode)
    assert image.mode == mode
    same(image, grey, 0.1 if mode == "LAB" else 0.02)  # a byte of lightness is coarser than a byte of grey


@settings(max_examples=40)
@given(garments, st.sampled_from(range(1, 9)), st.sampled_from(["JPEG", "PNG", "TIFF", "WEBP"]))
def test_any_orientation_is_followed(garment: np.ndarray, orientation: int, kind: str) -> None:
    transpositions = Image.Transpose
    undo = {2: transpositions.FLIP_LEFT_RIGHT, 3: transpositions.ROTATE_180, 4: transpositions.FLIP_TOP_BOTTOM}
    undo |= {5: transpositions.TRANSPOSE, 6: transpositions.ROTATE_90, 7: transpositions.TRANSVERSE}
    undo |= {8: transpositions.ROTATE_270}
    upright = laid(garment).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    stored.save(file, kind, exif=exif, **{"quality": 100} if kind == "JPEG" else {"lossless": True})
    same(Image.open(file), upright, 0.1 if kind == "JPEG" else 0.02)


@settings(max_examples=40)
@given(garments, margins, margins, scales)
def test_margins_of_any_width_do_not_move_the_answer(
    garment: np.ndarray, one: tuple[int, ...], other: tuple[int, ...], scale: int
) -> None:
    """But for holes and tips finer than the blocks in which a garment is looked for: where a block begins is chance."""
    x, moved = prepare_image(laid(garment, scale, one)), prepare_image(laid(garment, scale, other))
    assert (x - moved).abs().mean() <= 0.02
    assert (box(x) - box(moved)).abs().max() <= 1


def test_specks_of_noise_do_not_widen_the_garment_and_the_image_is_left_alone() -> None:
    image = laid(GARMENTS[0], 20, (100, 100, 100, 100))
    clean = prepare_image(image)
    for at in [(5, 5), (750, 600), (90, 750)]:
        image.putpixel(at, 0)
    before = image.tobytes()
    torch.testing.assert_close(prepare_image(image), clean, atol=0.05, rtol=0)
    assert (image.mode, image.tobytes()) == ("L", before)
