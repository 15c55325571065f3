"""Photographs from anyone: opened, refused in one line, or doubted (the page's own tests see that it doubts alike)."""

import json
import random
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from solutions.data import Dataset
from solutions.deploy.garment_answer import RUNS_OFF, TWO_THINGS, GarmentAnswer, doubt, ends_within, is_one_thing
from solutions.deploy.images import LARGEST_FILE, ImageError, open_image, remark
from solutions.deployment import prepare_image
from solutions.garment import SIDE, find_garment
from tests.commands import python
from tests.solutions.conftest import cli, error_of
from tests.solutions.deploy import browser_photos
from tests.solutions.deploy.browser_photos import garment_on


def garment() -> Image.Image:
    """A dark rectangle, 80 wide and 160 high, on white."""
    image = Image.new("RGB", (200, 300), "white")
    image.paste((60, 40, 40), (60, 50, 140, 210))
    return image


def stored(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    return browser_photos.stored(image or garment(), kind, **options)


def animated(kind: str) -> bytes:
    return stored(kind, save_all=True, append_images=[Image.new("RGB", (200, 300), "white")], duration=100)


def turned(kind: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return stored(kind, garment().transpose(Image.Transpose.ROTATE_90), exif=exif)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_claims(width: int, height: int, pixels: bytes = bytes(100)) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(pixels)) + png_chunk(b"IEND", b"")


JPEG, PNG = stored("JPEG", quality=95), stored("PNG")
CUT_OUT = Image.merge("RGBA", [*garment().split(), garment().convert("L").point(lambda value: 255 * (value < 255))])
SIXTEEN_BITS = Image.fromarray(np.asarray(garment().convert("L")).astype(np.uint16) * 257)
TEXT_BOMB = PNG[:33] + png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000))) + PNG[33:]
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500)
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>'
NO_IMAGE = "not an image that can be read; save it as JPEG or PNG"

BOMBS = {
    "a header beyond Pillow's limit": (png_that_claims(60_000, 60_000), "too many"),
    "a header below Pillow's limit": (png_that_claims(12_000, 12_000), "too many"),
    "pixels": (png_that_claims(8000, 8000, bytes(8001 * 8000)), "too many"),
    "a GIF's header": (b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + stored("GIF")[13:], "too many"),
    "a comment": (TEXT_BOMB, "damaged"),
}
REFUSED = BOMBS | {
    "a truncated JPEG": (JPEG[: len(JPEG) // 2], "damaged"),
    "a JPEG whose scans take minutes": (JPEG[:-2] + JPEG[JPEG.index(b"\xff\xda") : -2] * 100 + JPEG[-2:], "scans"),
    "a truncated PNG": (PNG[: len(PNG) // 2], "damaged"),
    "a truncated WebP": (stored("WEBP")[:60], "damaged"),
    "an empty file": (b"", NO_IMAGE),
    "a web page": (b"<html><img src=x onerror=alert(1)></html>", NO_IMAGE),
    "a PDF": (stored("PDF"), NO_IMAGE),
    # Decoders that people do not need: each more can be attacked.
    **{kind: (stored(kind), NO_IMAGE) for kind in ("TIFF", "EPS", "PPM", "TGA", "ICNS", "JPEG2000")},
    "over 20 MB": (PNG + bytes(LARGEST_FILE), "larger than 20 MB"),
    "1×1": (stored("PNG", Image.new("RGB", (1, 1))), "2×2"),
    "blank": (stored("PNG", Image.new("RGB", (200, 300), "white")), "nothing stands out"),
    "wholly transparent": (stored("PNG", Image.new("RGBA", (90, 90))), "nothing stands out"),
    "SVG": (SVG, "an SVG drawing; save it as PNG"),
    "SVG with a byte order mark": (b"\xef\xbb\xbf" + SVG, "an SVG drawing; save it as PNG"),
    "HEIC": (HEIC, "a HEIC photograph; save it as JPEG or PNG"),
}
# Content, and what has to be told with the answer.
ANSWERED = {
    **{kind: (stored(kind), "") for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP")},
    **{f"an animated {kind}": (animated(kind), "first frame") for kind in ("GIF", "PNG", "WEBP")},
    "a phone's photograph with another in it": (animated("MPO"), ""),
    **{f"a {kind} turned by EXIF": (turned(kind), "") for kind in ("JPEG", "PNG", "WEBP")},
    "a JPEG with broken EXIF": (stored("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(40)), ""),
    "CMYK": (stored("JPEG", garment().convert("CMYK")), ""),
    "grey": (stored("JPEG", garment().convert("L")), ""),
    "16 bits": (stored("PNG", SIXTEEN_BITS), ""),
    "a palette": (stored("PNG", garment().quantize(4)), ""),
    "a palette with transparency": (stored("PNG", garment().quantize(4), transparency=0), ""),
    "a cut-out": (stored("PNG", CUT_OUT), ""),
    "black and white": (stored("PNG", garment().convert("1")), ""),
    "a JPEG with a script in its comment": (stored("JPEG", comment=b"<script>alert(1)</script>"), ""),
}


def write(folder: Path, content: bytes) -> Path:
    (folder / "photo.png").write_bytes(content)  # whatever it is: a name proves nothing
    return folder / "photo.png"


@pytest.mark.parametrize("name", REFUSED)
def test_unusable_images_are_refused_in_one_line(tmp_path: Path, model_file: Path, name: str) -> None:
    content, reason = REFUSED[name]
    path = write(tmp_path, content)
    result = cli("predict", path, "--model", model_file)
    assert result.stdout == ""
    says = error_of(result)
    assert says.startswith(f"error: {path}: ")
    assert reason in says


@pytest.mark.parametrize("name", ANSWERED)
def test_usable_images_show_the_same_garment_with_a_remark_where_due(tmp_path: Path, name: str) -> None:
    content, due = ANSWERED[name]
    image = open_image(write(tmp_path, content))
    plain, x = prepare_image(garment()), prepare_image(image)
    tolerance = 0.2 if name == "black and white" else 0.05  # dithered to the same mean
    assert (x - plain).abs().mean() < tolerance / 5
    assert abs(x.max() - plain.max()) < tolerance
    assert due in remark(image)
    assert bool(due) == bool(remark(image))


def test_files_of_one_command_are_each_answered_or_refused(tmp_path: Path, model_file: Path) -> None:
    path = write(tmp_path, animated("GIF"))
    result = cli("predict", tmp_path / "none.png", tmp_path, path, "--model", model_file, "--json")
    missing, no_file, answered = json.loads(result.stdout)
    assert "there is no such file" in missing["error"]
    assert "this is not a file" in no_file["error"]
    assert "first frame" in answered["remark"]
    assert [line.startswith("error: ") for line in result.stderr.splitlines()] == [True, True]
    assert result.returncode == 2


@pytest.mark.skipif(sys.platform != "linux", reason="a limit on addresses")
def test_a_bomb_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    """Unpacked, the largest would take some 10 GB; the whole process may have 1.5 GB of addresses."""
    code = (
        "import resource, sys; from pathlib import Path; from solutions.deploy.images import open_image, ImageError\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))\n"
        "for path in sys.argv[1:]:\n"
        "    try: open_image(Path(path))\n"
        "    except ImageError as error: print(error)\n"
    )
    paths = [tmp_path / str(number) for number in range(len(BOMBS))]
    for path, (content, _) in zip(paths, BOMBS.values(), strict=True):
        path.write_bytes(content)
    reasons = [reason for _, reason in BOMBS.values()]
    for line, reason in zip(python(code, *paths).stdout.splitlines(), reasons, strict=True):
        assert reason in line


def test_an_opened_image_keeps_no_other_metadata(tmp_path: Path) -> None:
    claims = PngInfo()
    claims.add_text("remark", "certainly a shirt")
    image = open_image(write(tmp_path, stored("PNG", pnginfo=claims)))
    assert (image.info, remark(image)) == ({}, "")


ORIGINALS = [content for content, _ in ANSWERED.values() if len(content) < 20_000]


@given(st.sampled_from(ORIGINALS), st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_damaged_images_are_answered_or_refused_in_one_line(content: bytes, seed: int, edits: int) -> None:
    damaged, rng = bytearray(content), random.Random(seed)
    for _ in range(edits):  # most of them near the start, where a file says what it holds
        at = rng.randrange(min(len(damaged), rng.choice((64, 300, len(damaged)))))
        damaged[at : at + rng.randrange(1, 9)] = rng.randbytes(rng.randrange(1, 9))
    with tempfile.TemporaryDirectory() as folder:
        try:
            x = prepare_image(open_image(write(Path(folder), bytes(damaged))))
        except (ImageError, ValueError) as error:
            assert "\n" not in str(error)
        else:
            assert 0 <= x.min() <= x.max() <= 1


# --- doubt


def test_a_garment_may_lie_along_a_twentieth_of_the_edge() -> None:
    garment = np.zeros((50, 52), bool)  # 200 pixels of edge
    garment[10:40, 10:40] = True
    garment[20:30, 0] = True
    assert ends_within(garment)
    garment[30, 0] = True
    assert not ends_within(garment)


def test_a_part_half_as_large_as_the_largest_is_a_second_thing() -> None:
    garment = np.zeros((50, 52), bool)
    garment[5:25, 10:20] = True  # 200 pixels
    garment[30:40, 10:19] = True
    assert is_one_thing(garment)
    garment[30:40, 19] = True
    assert not is_one_thing(garment)
    assert is_one_thing(np.zeros((50, 52), bool))


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "RGB"])
def test_a_garment_that_runs_off_the_picture_is_doubted_in_any_mode(sample: Dataset, mode: str) -> None:
    photo = garment_on((255, 255, 255), sample.test_images[0], (300, 300), 0)
    photo.paste((20, 20, 20), (0, 100, 300, 300))
    assert doubt(photo.convert(mode)) == RUNS_OFF


def test_a_picture_of_16_bits_is_never_doubted() -> None:
    assert doubt(Image.new("I;16", (300, 300))) == ""


def test_a_doubted_answer_is_unsure_however_probable_and_says_how_to_take_it_again() -> None:
    ranked = [("Bag", 0.98), ("Shirt", 0.02)]
    assert not GarmentAnswer(ranked).is_unsure
    doubted = GarmentAnswer(ranked, doubt=TWO_THINGS)
    assert doubted.is_unsure
    assert doubted.reason == TWO_THINGS
    assert doubted.as_json["doubt"] == TWO_THINGS


def test_a_repeated_picture_gets_an_unchanged_mask() -> None:
    drawn, light = (Image.new("RGB", (SIDE, SIDE), "white") for _ in range(2))
    drawn.paste("navy", (SIDE // 4, SIDE // 4, SIDE // 2, SIDE // 2))
    first = find_garment(drawn)
    before = first.copy()
    first[:] = True
    assert np.array_equal(find_garment(drawn), before)
    assert 0 < before.sum() < before.size
    assert not find_garment(light).any()
